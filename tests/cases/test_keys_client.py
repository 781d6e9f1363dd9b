"""The client's keys against the platform itself: made, published, given, recovered; and what it refuses to believe."""

import json

import pytest

from alliance_client.errors import ConfigError, TrustError
from alliance_client.joint import keys
from cases.models import Case, KeyGrant, PublicKey
from privacy import hpke
from tests.cases import joint_case
from tests.cases.machines import Machine
from tests.cast import Cast
from tests.client.console import run

pytestmark = pytest.mark.django_db(transaction=True)


Machines = dict[str, Machine]


@pytest.fixture(name="case")
def _case(cast: Cast) -> Case:
    return joint_case(cast, police=False).case


def test_two_members_come_to_the_same_key_and_the_platform_to_none(case: Case, machines: Machines) -> None:
    for name in ("north", "south"):
        machines[name].make()
    made = keys.case_key(machines["north"].alliance, str(case.ref))
    assert keys.case_key(machines["south"].alliance, str(case.ref)) == made
    assert keys.case_key(machines["north"].alliance, str(case.ref), 1) == made
    assert made.bytes not in b"".join(bytes(one.sealed) for one in KeyGrant.objects.all())


def test_a_new_key_waits_and_is_given_by_whoever_holds_the_case_key(case: Case, machines: Machines) -> None:
    north, south = machines["north"], machines["south"]
    own = north.make()["fingerprint"]
    made = keys.case_key(north.alliance, str(case.ref))
    mark = south.make()["fingerprint"]
    with pytest.raises(ConfigError, match="wait for access"):
        keys.case_key(south.alliance, str(case.ref))
    north.run("list")
    refused = run("keys", "publish", own, "--name", "x", "--replaces", "y")
    assert (refused.code, "replaces: " in refused.err) == (10, True), "the field that is wrong is named"
    asked = run("keys", "give", str(case.ref), given="n\n")
    assert str(case.ref) in asked.err, "the question says of which case"
    assert "未授予任何密钥" in asked.out or "Nothing was given" in asked.out
    done = north.run("give", str(case.ref))
    assert [one["fingerprint"] for one in json.loads(done.out)] == [mark]
    assert keys.case_key(south.alliance, str(case.ref)) == made


def test_a_replaced_key_hands_its_access_over_before_it_ends(case: Case, machines: Machines) -> None:
    north = machines["north"]
    old = north.make()
    made = keys.case_key(north.alliance, str(case.ref))
    new = north.make("Newer", "--replaces", old["reference"])
    assert keys.waiting_cases(north.alliance) == [str(case.ref)]
    assert north.run("give", "--waiting").code == 0
    assert north.run("revoke", old["reference"], "--why", "rotated", "--yes").code == 0
    (keys.folder(north.home) / f"{old['fingerprint']}.key").unlink()
    assert keys.case_key(north.alliance, str(case.ref)) == made
    listed = json.loads(north.run("list", "--all").out)
    assert [(one["fingerprint"], one["end"], one["here"]) for one in listed] == [
        (new["fingerprint"], "", True),
        (old["fingerprint"], "rotated", False),
    ]


def test_a_lost_key_comes_back_from_its_recovery_file(case: Case, machines: Machines) -> None:
    north = machines["north"]
    made = north.make()
    case_key = keys.case_key(north.alliance, str(case.ref))
    (keys.folder(north.home) / f"{made['fingerprint']}.key").unlink()
    with pytest.raises(ConfigError):
        keys.case_key(north.alliance, str(case.ref))
    assert json.loads(north.run("import", made["recovery"]).out) == {"fingerprint": made["fingerprint"]}
    assert keys.case_key(north.alliance, str(case.ref)) == case_key
    again = north.run("recover", made["fingerprint"][:8], "-o", str(north.home / "again.json"))
    assert again.code == 0
    assert oct((north.home / "again.json").stat().st_mode & 0o777) == "0o600"
    assert oct((keys.folder(north.home) / f"{made['fingerprint']}.key").stat().st_mode & 0o777) == "0o600"


def test_a_wrong_passphrase_and_a_file_that_is_none_are_named(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    north = machines["north"]
    made = north.make()
    monkeypatch.setenv("ALLIANCE_PASSPHRASE", "wrong horse battery")
    assert json.loads(north.run("import", made["recovery"]).out)["error"]["code"] == "passphrase"
    assert json.loads(north.run("import", str(north.home / "config.json")).out)["error"]["code"] == "recovery_file"
    monkeypatch.setenv("ALLIANCE_PASSPHRASE", "short")
    done = north.run("make", "Other", "-o", str(north.home / "other.json"))
    assert json.loads(done.out)["error"]["code"] == "short_passphrase"
    assert not (north.home / "other.json").exists()


def test_an_outsider_learns_nothing_of_the_case(case: Case, machines: Machines) -> None:
    machines["outsider"].make()
    done = machines["outsider"].run("give", str(case.ref))
    assert json.loads(done.out)["error"]["code"] == "not_found"


def test_a_directory_that_lies_about_a_fingerprint_is_not_believed(case: Case, machines: Machines) -> None:
    machines["north"].make()
    machines["south"].make()
    PublicKey.objects.filter(institution__name_en__startswith="South").update(public=hpke.generate()[1])
    with pytest.raises(TrustError):
        keys.case_key(machines["north"].alliance, str(case.ref))
    with pytest.raises(TrustError):
        keys.recipients(machines["north"].alliance, str(case.ref))
    assert not KeyGrant.objects.exists()
