"""The browser's part in Node, where Node is: the shared vectors, and a whole evaluation through worker and page.

The browser tests run the same vectors in Chromium; a machine without Node loses nothing but the early warning.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from privacy.encoding import b64, unb64
from tests.privacy.build_vectors import FOLDER, INPUTS, SHARES, TRANSCRIPT

FRONTEND = Path(__file__).resolve().parent.parent.parent / "frontend"
pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not (FRONTEND / "node_modules" / "@noble").is_dir(),
    reason="needs Node and frontend/node_modules",
)


def node(script: str, given: object) -> Any:
    """Runs a module whose `given` is the argument, and returns what it writes as JSON."""
    code = f"const given = JSON.parse(await new Response(process.stdin).text());\n{script}"
    done = subprocess.run(
        ["node", "--input-type=module", "-e", code],
        input=json.dumps(given),
        cwd=FRONTEND,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_shared_vectors_hold_in_javascript() -> None:
    files = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))]
    done = node(
        'const { runVectors } = await import("./vectors.js"); console.log(JSON.stringify(runVectors(given)));', files
    )
    assert done["failures"] == []
    assert done["count"] >= 60


# The worker and its page in one thread, joined as the browser joins them. The custodians are the library's own
# VOPRF server, given weighted shares: an implementation that is not ours.
WORKER = """
const page = {};
const later = (target, data) => queueMicrotask(() => target.onmessage({ data: structuredClone(data) }));
globalThis.self = { postMessage: (data) => later(page, data) };
await import("./blind-worker.js");
page.postMessage = (data) => later(self, data);
const { Blinder } = await import("./blinder.js");
const { ristretto255, ristretto255_oprf } = await import("@noble/curves/ed25519.js");
const { fromBase64url, lagrange, toBase64url } = await import("./oprf.js");
const { Fn, BASE } = ristretto255.Point;
const asked = [];

function part(custodian, quorum, elements) {
  const share = Fn.fromBytes(fromBase64url(given.shares[custodian], "share"));
  const key = Fn.mul(lagrange(custodian, quorum), given.lying.includes(custodian) ? Fn.add(share, 1n) : share);
  const blinded = Array.from({ length: elements.length / 32 }, (_, i) => elements.slice(i * 32, i * 32 + 32));
  const made = ristretto255_oprf.voprf.blindEvaluateBatch(Fn.toBytes(key), BASE.multiply(key).toBytes(), blinded);
  const whole = Uint8Array.from(made.evaluated.flatMap((one) => [...one]));
  return { custodian, elements: toBase64url(whole), proof: toBase64url(made.proof) };
}

async function evaluate(request) {
  const { epoch, generation, quorum } = request;
  asked.push(request);
  const down = quorum.filter((index) => given.down.includes(index));
  if (down.length) throw Object.assign(new Error("down"), { failed: down });
  const elements = fromBase64url(request.elements, "elements");
  const parts = quorum.map((index) => part(index, quorum, elements)).slice(given.missing);
  return { epoch, generation, quorum, parts, remaining: 100 };
}

const progress = [];
let result;
try {
  const blinder = new Blinder(page, given.ceremony);
  result = { digests: await blinder.digests(given.items, evaluate, (done, total) => progress.push([done, total])) };
} catch (error) {
  result = { code: error.code ?? error.message, custodian: error.custodian };
}
console.log(JSON.stringify({ ...result, asked, progress }));
"""
CEREMONY = {"transcript": TRANSCRIPT.to_json(), "fingerprint": TRANSCRIPT.fingerprint()}
ITEMS = [{"label": label, "canonical": value} for label, value in INPUTS]
DIGESTS = json.loads((FOLDER / "evaluation.json").read_text(encoding="utf-8"))["vectors"][0]["digests"]


def through_the_worker(**changes: Any) -> Any:
    shares = {index: b64(share) for index, share in SHARES.items()}
    given = {"ceremony": CEREMONY, "items": ITEMS, "shares": shares, "down": [], "lying": [], "missing": 0}
    return node(WORKER, {**given, **changes})


def quorums(done: Any) -> list[list[int]]:
    return [request["quorum"] for request in done["asked"]]


def test_the_page_arrives_at_the_digests_that_python_computes() -> None:
    done = through_the_worker()
    assert b"".join(unb64(digest, "digest", 32) for digest in done["digests"]).hex() == DIGESTS
    assert quorums(done) == [[1, 2]]
    assert done["progress"] == [[3, 3]]


def test_what_the_page_sends_names_the_key_and_holds_no_plain_value() -> None:
    (request,) = through_the_worker()["asked"]
    assert set(request) == {"request", "epoch", "generation", "key", "suite", "quorum", "count", "elements"}
    assert (request["epoch"], request["generation"], request["key"], request["suite"]) == (1, 0, "id", 1)
    assert len(unb64(request["elements"], "elements")) == 32 * request["count"] == 96


def test_a_custodian_that_fails_or_lies_is_replaced_under_the_same_request() -> None:
    for change in ({"down": [1]}, {"lying": [1]}):
        done = through_the_worker(**change)
        assert b"".join(unb64(digest, "digest", 32) for digest in done["digests"]).hex() == DIGESTS
        assert quorums(done) == [[1, 2], [2, 3]]
        assert len({(request["request"], request["elements"]) for request in done["asked"]}) == 1


def test_too_few_honest_custodians_are_an_honest_failure() -> None:
    down = through_the_worker(down=[1, 3])
    assert (down["code"], quorums(down)) == ("down", [[1, 2], [2, 3]])
    lying = through_the_worker(lying=[1, 2])
    assert (lying["code"], lying["custodian"], quorums(lying)) == ("proof", 2, [[1, 2], [2, 3]])


def test_an_answer_without_all_its_parts_is_refused() -> None:
    done = through_the_worker(missing=1)
    assert done["code"] == "custodians"
    assert "digests" not in done


def test_a_ceremony_that_is_not_the_pinned_one_is_refused_before_anything_is_sent() -> None:
    done = through_the_worker(ceremony={**CEREMONY, "fingerprint": "0" * 64})
    assert done["code"] == "fingerprint"
    assert done["asked"] == []
