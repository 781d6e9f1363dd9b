"""The key file and the custodians' registry: rotation in steps, nothing half written, public keys only."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from audit.models import Entry
from custody.daemon import registry
from custody.daemon.__main__ import main as custodian
from custody.models import SigningKey
from custody.services import keyfile, rotation
from custody.services.signing_keys import register_key, revoke_key
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from privacy import signing
from privacy.encoding import b64
from privacy.envelope import KeyFileError
from tests import cast
from tests.custody.world import Member, World


@pytest.fixture
def key_file(tmp_path: Path, settings: Any) -> Path:
    path = tmp_path / "keys.json"
    path.write_text(Path(settings.KEYS_FILE).read_text())
    path.chmod(0o600)
    settings.KEYS_FILE = str(path)
    return path


def test_a_rotation_keeps_the_old_key_until_it_is_finished(key_file: Path) -> None:
    before = keyfile.read(key_file)
    assert keyfile.begin(key_file, "pepper") == "k2"
    during = keyfile.read(key_file)
    assert during.current("pepper")[0] == "k2"
    assert during.get("pepper", "k1") == before.current("pepper")[1]
    assert during.current("note") == before.current("note")
    keyfile.finish(key_file, "pepper", "k1")
    after = keyfile.read(key_file)
    assert (after.ids("pepper"), after.current("pepper")) == (("k2",), during.current("pepper"))
    assert keyfile.begin(key_file, "pepper") == "k3"


def test_the_file_stays_private_whole_and_its_owners(key_file: Path) -> None:
    owner = key_file.stat().st_uid
    keyfile.begin(key_file, "note")
    assert (key_file.stat().st_mode & 0o777, key_file.stat().st_uid) == (0o600, owner)
    assert [path.name for path in key_file.parent.iterdir()] == ["keys.json"]


def test_it_refuses_steps_out_of_order(key_file: Path) -> None:
    for wrong in (
        lambda: keyfile.begin(key_file, "portal"),
        lambda: keyfile.finish(key_file, "pepper", "k1"),
        lambda: keyfile.finish(key_file, "pepper", "k9"),
    ):
        with pytest.raises(KeyFileError):
            wrong()
    keyfile.begin(key_file, "pepper")
    with pytest.raises(KeyFileError, match="not finished"):
        keyfile.begin(key_file, "pepper")


@pytest.mark.django_db
def test_a_key_in_use_is_not_removed(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = {"k1": 7}
    monkeypatch.setattr(rotation, "_uses", {})
    call_command("rotate_key", "pepper", "--begin", stdout=StringIO())
    with pytest.raises(CommandError, match="Nothing can say"):
        call_command("rotate_key", "pepper", "--finish", "k1", stdout=StringIO())
    rotation.register_use("pepper", rotation.Use(lambda key_id: left.get(key_id, 0), lambda _actor: 0))
    with pytest.raises(CommandError, match="7 stored values"):
        call_command("rotate_key", "pepper", "--finish", "k1", stdout=StringIO())
    left.clear()
    call_command("rotate_key", "pepper", "--finish", "k1", stdout=StringIO())
    assert keyfile.read(key_file).ids("pepper") == ("k2",)
    kinds = list(Entry.objects.order_by("id").values_list("kind", "facts__id"))
    assert kinds == [("key.rotation_begun", "k2"), ("key.rotation_finished", "k1")]


@pytest.mark.django_db
def test_second_factors_survive_a_rotation_of_their_key(people: cast.Cast, key_file: Path, settings: Any) -> None:
    person = cast.with_totp(people.north_analyst)
    call_command("rotate_key", "mfa", "--begin", stdout=StringIO())
    settings.KEYRING = keyfile.read(key_file)
    code = cast.totp_code(person, 1_700_000_000)
    # Two seeds: of the one-time codes and of the recovery codes.
    assert rotation.still_sealed("mfa", "k1") == 2
    with pytest.raises(CommandError, match="2 stored values"):
        call_command("rotate_key", "mfa", "--finish", "k1", stdout=StringIO())
    for sealed in (2, 0):
        said = StringIO()
        call_command("rotate_key", "mfa", "--reseal", stdout=said)
        assert said.getvalue().startswith(f"{sealed} values")
    call_command("rotate_key", "mfa", "--finish", "k1", stdout=StringIO())
    settings.KEYRING = keyfile.read(key_file)
    assert cast.totp_code(person, 1_700_000_000) == code


@pytest.mark.django_db
def test_rotation_needs_the_right(people: cast.Cast, key_file: Path) -> None:
    for person in (people.operator_system, people.north_admin):
        with pytest.raises(Forbidden):
            rotation.begin_rotation(cast.actor(person), name="pepper")


@pytest.mark.django_db
def test_custodians_enrol_what_the_platform_exports(
    people: cast.Cast, custodians: World, north: Member, tmp_path: Path
) -> None:
    file, state = tmp_path / "signers.json", tmp_path / "state"
    call_command("export_signers", "--out", str(file), stdout=StringIO())
    text = file.read_text()
    assert b64(signing.public_key(north.seed)) in text
    assert b64(north.seed) not in text
    assert custodian(["enrol", "--state", str(state), "--file", str(file)]) == 0
    enrolled, revoked = registry.read(file)
    assert {signer.name for signer in enrolled} == {"alliance", "portal", str(north.ref)}
    assert revoked == []
    people.north.status = people.north.Status.SUSPENDED
    people.north.save()
    call_command("export_signers", "--out", str(file), stdout=StringIO())
    assert registry.read(file)[1] == [str(north.ref)]


@pytest.mark.django_db
def test_a_registered_key_replaces_the_one_before(people: cast.Cast) -> None:
    admin = cast.actor(people.north_admin)
    first = register_key(admin, purpose="signing", public_key=b"a" * 32)
    second = register_key(admin, purpose="signing", public_key=b"b" * 32)
    first.refresh_from_db()
    assert first.revoked_at is not None
    assert SigningKey.objects.get(revoked_at=None) == second
    with pytest.raises(Conflict):
        register_key(admin, purpose="approval", public_key=b"a" * 32)
    with pytest.raises(Invalid):
        register_key(admin, purpose="approval", public_key=b"c" * 31)
    with pytest.raises(Forbidden):
        register_key(cast.actor(people.north_lead), purpose="signing", public_key=b"d" * 32)
    with pytest.raises(NotFound):
        revoke_key(cast.actor(people.outsider_admin), ref=second.ref)


def test_an_export_is_no_registry_without_its_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "signers.json"
    for content in ({}, [], {"format": registry.FORMAT, "signers": [{}], "revoked": []}):
        file.write_text(json.dumps(content))
        assert custodian(["enrol", "--state", str(tmp_path / "state"), "--file", str(file)]) == 1
        assert "custodian:" in capsys.readouterr().err
