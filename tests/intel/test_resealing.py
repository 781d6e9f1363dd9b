"""Rotation of the pepper and the note key under load: both versions match, then nothing is left under the old one."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from audit.models import Entry
from custody.services import keyfile, rotation
from intel.models import Clue, Collision, Digest, KeyUse
from intel.queries.clues import clue_for
from intel.services import resealing
from intel.services.invariants import violations
from intel.services.suspensions import suspend_clue
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Forbidden, Unavailable
from members.actors import system_actor
from privacy.envelope import KeyRing, sealed_key_id
from tests import cast as people
from tests.cast import Cast, actor
from tests.intel.clues import file, match_pending, row
from tests.intel.parallel import together

SECURITY = system_actor("reseal", Capability.MANAGE_KEYS)
OLD_ONLY, BOTH, NEW_ONLY = 0, 1, 2


@pytest.fixture
def rings(settings: Any, tmp_path: Path) -> list[KeyRing]:
    """The key file before, during and after the rotation of pepper and note key."""
    path = tmp_path / "keys.json"
    path.write_text(Path(settings.KEYS_FILE).read_text())
    path.chmod(0o600)
    found = [keyfile.read(path)]
    for name in ("pepper", "note"):
        assert keyfile.begin(path, name) == "k2"
    found.append(keyfile.read(path))
    for name in ("pepper", "note"):
        keyfile.finish(path, name, "k1")
    settings.KEYS_FILE = str(path)
    return [*found, keyfile.read(path)]


def reseal(who: Actor = SECURITY) -> tuple[int, int]:
    return resealing.reseal_digests(who), resealing.reseal_texts(who)


def test_both_versions_match_during_the_rotation(cast: Cast, settings, rings):
    north, south = actor(cast.north_analyst), actor(cast.south_analyst)
    file(north, row("a"), row("b"), match=True)
    settings.KEYRING = rings[BOTH]
    file(south, row("a"), row("c"), match=True)
    assert Collision.objects.count() == 1
    assert sorted(Digest.objects.values_list("pepper", flat=True)) == ["k1", "k2", "k2"]


def test_resealing_moves_everything_and_changes_no_key(cast: Cast, settings, rings, monkeypatch):
    monkeypatch.setattr(resealing, "BATCH", 2)
    north, south = actor(cast.north_analyst), actor(cast.south_analyst)
    file(north, *[row(value, note=f"note {value}", own_reference=value) for value in "abcde"], match=True)
    before = dict(Digest.objects.values_list("pk", "sealed"))
    settings.KEYRING = rings[BOTH]
    assert reseal() == (5, 5)
    after = dict(Digest.objects.values_list("pk", "sealed"))
    assert before.keys() == after.keys()
    assert not {bytes(sealed) for sealed in before.values()} & {bytes(sealed) for sealed in after.values()}
    settings.KEYRING = rings[NEW_ONLY]
    file(south, row("a"), match=True)
    assert Collision.objects.count() == 1
    assert {
        clue_for(north, ref).note for ref in Clue.objects.filter(institution=cast.north).values_list("ref", flat=True)
    } == {f"note {value}" for value in "abcde"}
    assert {sealed_key_id(bytes(note)) for note in Clue.objects.exclude(note=None).values_list("note", flat=True)} == {
        "k2"
    }
    assert {entry.subject for entry in Entry.objects.filter(kind="key.resealed")} == {"key:pepper", "key:note"}
    assert resealing.digests_under("k1") == resealing.texts_under("k1") == 0
    assert set(KeyUse.objects.filter(retired_at=None).values_list("key_id", flat=True)) == {"k2"}


def test_the_reason_of_a_decision_moves_too(cast: Cast, settings, rings):
    north, lead = actor(cast.north_analyst), actor(cast.north_lead)
    file(north, row("a"), match=True)
    ref = Clue.objects.get().ref
    suspend_clue(lead, ref=ref, reason="under review")
    settings.KEYRING = rings[BOTH]
    assert reseal() == (1, 1)
    settings.KEYRING = rings[NEW_ONLY]
    assert clue_for(lead, ref).decision == "under review"


def test_a_stopped_job_goes_on_where_it_was(cast: Cast, settings, rings, monkeypatch):
    monkeypatch.setattr(resealing, "BATCH", 2)
    file(actor(cast.north_analyst), *[row(value) for value in "abcde"], match=True)
    settings.KEYRING = rings[BOTH]

    def stop(*_args: object, **_facts: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(resealing.log, "info", stop)
        with pytest.raises(KeyboardInterrupt):
            reseal()
    assert Digest.objects.filter(pepper="k2").count() == 2
    assert reseal()[0] == 3
    assert reseal()[0] == 0


def test_a_process_with_the_old_file_is_refused_once_the_new_key_is_in_use(cast: Cast, settings, rings):
    north = actor(cast.north_analyst)
    file(north, row("a"))
    settings.KEYRING = rings[BOTH]
    file(north, row("b"))
    settings.KEYRING = rings[OLD_ONLY]
    with pytest.raises(Unavailable):
        file(north, row("c"))


def test_a_process_that_would_seal_with_a_retired_key_is_refused(cast: Cast, settings, rings):
    north = actor(cast.north_analyst)
    file(north, row("a"))
    settings.KEYRING = rings[BOTH]
    reseal()
    content = json.loads(Path(settings.KEYS_FILE).read_text())
    assert content["keys"]["pepper"]["current"] == "k2"
    settings.KEYRING = rings[OLD_ONLY]
    with pytest.raises(Unavailable):
        file(north, row("b"))


def test_the_key_file_keeps_a_key_that_is_needed(cast: Cast, settings, rings):
    file(actor(cast.north_analyst), row("a"))
    with pytest.raises(Conflict):
        rotation.finish_rotation(SECURITY, name="pepper", key_id="k1")
    with pytest.raises(Conflict):
        rotation.finish_rotation(SECURITY, name="note", key_id="k1")


def test_one_command_reseals_what_every_app_registered(cast: Cast, settings, rings, capsys):
    file(actor(cast.north_analyst), row("a", note="n"))
    settings.KEYRING = rings[BOTH]
    call_command("rotate_key", "pepper", "--reseal")
    assert "1 values" in capsys.readouterr().out
    settings.KEYRING = rings[OLD_ONLY]
    with pytest.raises(CommandError):
        call_command("rotate_key", "pepper", "--reseal")


def test_a_value_whose_key_is_gone_stops_the_job_and_changes_nothing(cast: Cast, settings, rings):
    file(actor(cast.north_analyst), row("a"))
    Digest.objects.update(pepper="k0")
    settings.KEYRING = rings[BOTH]
    with pytest.raises(Conflict):
        reseal()
    assert Digest.objects.get().pepper == "k0"


def test_only_the_security_operator_reseals(cast: Cast):
    for person in (cast.operator_system, cast.north_lead):
        with pytest.raises(Forbidden):
            reseal(actor(person))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_rotation_under_load_stores_no_value_twice(rings: list[KeyRing], monkeypatch: pytest.MonkeyPatch) -> None:
    """Some processes still have the old file, some the new one; all upload the same values; the job runs."""
    found = people.build()
    mine = threading.local()
    monkeypatch.setattr("intel.sealing.ring", lambda: mine.ring)
    for module in ("intel.queries.key_uses", "intel.services.resealing"):
        monkeypatch.setattr(f"{module}.ring", lambda: mine.ring)
    values = [f"v{n}" for n in range(60)]

    def process(person: Any, ring: KeyRing, turns: int) -> Callable[[], None]:
        def run() -> None:
            mine.ring = ring
            for turn in range(turns):
                while True:
                    try:
                        file(actor(person), *[row(value, note=f"{turn}") for value in values[turn::2]])
                        break
                    except Unavailable:
                        mine.ring = rings[BOTH]  # restarted with the new file

        return run

    def job() -> None:
        mine.ring = rings[BOTH]
        monkeypatch.setattr(resealing, "BATCH", 7)
        reseal()

    people_with_files = [
        (found.north_analyst, rings[OLD_ONLY]),
        (found.south_analyst, rings[OLD_ONLY]),
        (found.harbour_bank_analyst, rings[BOTH]),
        (found.harbour_leasing_analyst, rings[BOTH]),
    ]
    together([*[process(person, ring, 4) for person, ring in people_with_files], job], beside=[match_pending])
    mine.ring = rings[BOTH]
    match_pending()
    assert Digest.objects.count() == len(values)
    reseal()
    assert not Digest.objects.exclude(pepper="k2").exists()
    assert Collision.objects.count() == len(values)
    assert violations(pending_limit=timedelta(minutes=5)) == []
