"""Trust begins with a fingerprint that came another way; keys are made once and are nobody else's to read."""

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from alliance_client import config
from alliance_client.errors import ConfigError, TrustError
from privacy import signing
from tests.client.conftest import APPROVAL, SIGNING, Member
from tests.client.console import run
from tests.client.platform import TOKEN, Platform


@pytest.fixture
def fresh(member: Member, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "fresh"
    monkeypatch.setenv("ALLIANCE_HOME", str(home))
    monkeypatch.setenv("ALLIANCE_CREDENTIAL", TOKEN)
    return home


def test_init_makes_keys_and_pins_the_ceremony(member: Member, fresh: Path) -> None:
    fingerprint = member.platform.transcript.fingerprint()
    done = run("init", "--url", member.url, "--fingerprint", fingerprint, "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert found["fingerprint"] == fingerprint
    for name, file in (("signing_key", "signing.key"), ("approval_key", "approval.key")):
        assert stat.S_IMODE((fresh / file).stat().st_mode) == 0o600
        assert signing.key_of(found[name], "key") == signing.public_key(config.read_seed(fresh / file))
    assert found["signing_key"] != found["approval_key"]
    assert stat.S_IMODE(fresh.stat().st_mode) == 0o700
    assert stat.S_IMODE((fresh / "credential").stat().st_mode) == 0o600
    assert config.Config.load(fresh).transcript() == member.platform.transcript


def test_init_again_keeps_the_keys(member: Member, fresh: Path) -> None:
    arguments = ("init", "--url", member.url, "--fingerprint", member.platform.transcript.fingerprint(), "--json")
    assert json.loads(run(*arguments).out)["signing_key"] == json.loads(run(*arguments).out)["signing_key"]


def test_the_fingerprint_may_be_typed_and_is_never_shown_before(member: Member, fresh: Path) -> None:
    fingerprint = member.platform.transcript.fingerprint()
    done = run("init", "--url", member.url, given=fingerprint.upper().replace("-", " ") + "\n")
    assert done.code == 0, done.err
    refused = run("init", "--url", member.url, given="\n0000\n")
    assert refused.code == 6
    assert fingerprint not in refused.out + refused.err


def test_another_fingerprint_is_refused_and_nothing_is_kept(member: Member, fresh: Path) -> None:
    wrong = "0000-" * 15 + "0000"
    done = run("init", "--url", member.url, "--fingerprint", wrong)
    assert done.code == 6
    assert wrong in done.err
    assert list(fresh.iterdir()) == []


def forged(platform: Platform, name: str) -> object:
    """Transcripts that a malicious platform could offer, each with its own fingerprint told to the member."""
    real = platform.transcript
    other = Platform().transcript
    public_keys = {**real.public_keys, 2: other.public_keys[2]}
    return {
        "another custodian's key": replace(real, public_keys=public_keys),
        "another public key": replace(real, public_key=other.public_key),
        "one custodian twice": replace(real, public_keys={**real.public_keys, 2: real.public_keys[1]}),
        "one identity twice": replace(real, identities={**real.identities, 2: real.identities[1]}),
        "no signatures": replace(real, signatures=dict.fromkeys(real.signatures, bytes(64))),
        "a lower threshold": replace(real, t=1, commitments=real.commitments[:32]),
    }[name]


@pytest.mark.parametrize(
    "name",
    [
        "another custodian's key",
        "another public key",
        "one custodian twice",
        "one identity twice",
        "no signatures",
        "a lower threshold",
    ],
)
def test_a_ceremony_that_does_not_hold_is_refused_even_under_its_own_fingerprint(platform: Platform, name: str) -> None:
    transcript = forged(platform, name)
    with pytest.raises(TrustError):
        config.trusted(transcript.to_json(), transcript.fingerprint())


def test_a_ceremony_file_that_was_changed_later_is_refused(member: Member) -> None:
    other = Platform().transcript
    config.write_private(member.home / "ceremony.json", json.dumps(other.to_json()))
    with member.client() as alliance, pytest.raises(TrustError, match="fingerprint"):
        alliance.digests([("phone/1", "13800000001")])


def test_a_key_that_others_can_read_is_refused(member: Member) -> None:
    (member.home / "signing.key").chmod(0o644)
    with member.client() as alliance, pytest.raises(ConfigError, match="chmod 600"):
        alliance.digests([("phone/1", "13800000001")])


def test_without_init_the_command_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLIANCE_HOME", str(tmp_path / "nothing"))
    done = run("whoami")
    assert done.code == 3
    assert "alliance init" in done.err


def test_a_new_ceremony_is_pinned_only_with_its_fingerprint(member: Member) -> None:
    member.platform.transcript = new = Platform().transcript
    assert run("ceremony", "--fingerprint", "1234").code == 6
    assert config.Config.load(member.home).fingerprint != new.fingerprint()
    assert run("ceremony", "--fingerprint", new.fingerprint()).code == 0
    assert config.Config.load(member.home).transcript() == new


def test_a_budget_is_asked_for_and_approved_with_the_approval_key(member: Member, tmp_path: Path) -> None:
    asked = run("budgets", "request", "--values", "100000", "--reason", "historic load", "--json")
    assert asked.code == 0, asked.err
    reference = json.loads(asked.out)["reference"]
    assert run("budgets", "approve", reference, given="n\n").code == 1
    kept = tmp_path / "usb" / "approval.key"
    kept.parent.mkdir()
    (member.home / "approval.key").rename(kept)
    assert run("budgets", "approve", reference, "--yes").code == 3
    done = run("budgets", "approve", reference, "--yes", "--approval-key", str(kept), "--json")
    assert (done.code, json.loads(done.out)["status"]) == (0, "approved")
    assert APPROVAL != SIGNING
    assert "100000" in run("budgets", "list").out
