"""The browser's part of the protocol, as built and served, over the vectors that the Python side runs too."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from privacy import recovery
from privacy.encoding import unb64
from privacy.hpke import open_sealed
from privacy.kinds import Refused, normalise
from tests.browser.stage import Stage

VECTORS = Path(__file__).resolve().parent.parent / "vectors"
RUN = "([name, files]) => allianceVectors[name](files)"


def vectors(folder: str) -> dict[str, Any]:
    paths = sorted((VECTORS / folder).glob("*.json"))
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}


def spelling(text: str) -> dict[str, Any]:
    """A vector from a spelling: what Python makes of it, which tests/privacy holds to the published answer."""
    try:
        found = normalise("phone/1", text)
    except Refused as refused:
        return {"input": text, "refused": refused.code}
    return {"input": text, "value": found.value, "extension": found.extension, "warnings": list(found.warnings)}


def with_script(page: Page) -> Page:
    """The sign-in page with the bundle beside it, fetched from the portal under the portal's own CSP."""
    page.goto("/accounts/login/")
    page.add_script_tag(url="/static/js/selftest.js")
    return page


def test_the_vectors_of_the_kinds_hold_in_a_real_browser(stage: Stage) -> None:
    files = vectors("kinds")
    spellings = [spelling(vector["input"]) for vector in files.pop("phone-spellings")["vectors"]]
    files["spellings"] = {"kind": "phone/1", "vectors": spellings}
    with stage.visitor() as (page, watch):
        done = with_script(page).evaluate(RUN, ["kinds", list(files.values())])
    assert done["failures"] == []
    assert done["count"] >= sum(len(file.get("vectors", ())) for file in files.values())
    assert watch.errors == []


def test_the_vectors_of_the_protocol_hold_in_a_real_browser(stage: Stage) -> None:
    with stage.visitor() as (page, watch):
        done = with_script(page).evaluate(RUN, ["oprf", list(vectors("oprf").values())])
    assert done["failures"] == []
    assert done["count"] >= 60
    assert watch.errors == []


def test_the_vectors_of_keys_and_evidence_hold_in_a_real_browser(stage: Stage) -> None:
    files = list(vectors("cases").values())
    with stage.visitor() as (page, watch):
        done = with_script(page).evaluate(RUN, ["cases", files])
    assert done["failures"] == []
    assert done["count"] == sum(len(file["vectors"]) for file in files)
    made = done["made"]
    private = recovery.read(made["file"], made["passphrase"])
    assert private.hex() == made["private"]
    assert open_sealed(private, unb64(made["sealed"], "sealed"), place="paper", ref="one") == b"sealed here"
    assert watch.errors == []


def test_the_vectors_of_warning_lists_hold_in_a_real_browser(stage: Stage) -> None:
    (file,) = vectors("warnings").values()
    with stage.visitor() as (page, watch):
        done = with_script(page).evaluate(RUN, ["warnings", file])
    assert done["failures"] == []
    assert done["count"] == len(file["entries"]) + len(file["lookups"])
    assert watch.errors == []


def test_a_wrong_vector_is_noticed(stage: Stage) -> None:
    wrong = [{"kind": "phone/1", "vectors": [spelling("13800138000") | {"value": "+8613800138001"}]}]
    with stage.visitor() as (page, _):
        done = with_script(page).evaluate(RUN, ["kinds", wrong])
    assert [failure["name"] for failure in done["failures"]] == ['phone/1 "13800138000"']
