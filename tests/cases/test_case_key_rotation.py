"""Rotation of the server key `case`: every text and tag moves, nothing is lost, and nothing exchanged is made good."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import BinaryField
from django.utils import timezone

from audit.models import Entry
from cases.models import (
    Case,
    Comment,
    DisclosureSeal,
    EvidencePart,
    EvidenceVersion,
    Invitation,
    KeyGrant,
    Participant,
    StatusEntry,
)
from cases.queries.customers import own_customers
from cases.queries.evidence import check_version_bound
from cases.queries.work import comments_of, tasks_of
from cases.sealing import seal, unseal
from cases.services import resealing
from cases.services.comments import add_comment
from cases.services.customers import NewCustomer, mark_customers
from cases.services.papers import answer_paper, open_facts
from cases.services.to_do import add_task
from cases.services.unmasking import unmask
from custody.services import keyfile, rotation
from kit.capabilities import Capability
from kit.errors import Conflict, Forbidden
from members.actors import system_actor
from privacy.envelope import KeyRing
from tests.cases import Story, disclosing, joint_case, key_hands, lockers, test_papers, test_seized
from tests.cast import Cast, actor

pytestmark = pytest.mark.django_db
SECURITY = system_actor("reseal", Capability.MANAGE_KEYS)
BOTH, NEW_ONLY = 0, 1


@pytest.fixture
def rings(settings: Any, tmp_path: Path) -> list[KeyRing]:
    """The key file during and after a rotation of the case key."""
    path = tmp_path / "keys.json"
    path.write_text(Path(settings.KEYS_FILE).read_text())
    path.chmod(0o600)
    assert keyfile.begin(path, "case") == "k2"
    found = [keyfile.read(path)]
    keyfile.finish(path, "case", "k1")
    settings.KEYS_FILE = str(path)
    return [*found, keyfile.read(path)]


def full_case(cast: Cast) -> tuple[Story, dict[str, Any]]:
    """A case with something in every sealed column and behind every tag."""
    story, north = joint_case(cast), actor(cast.north_analyst)
    case = story.case
    made: dict[str, Any] = {}
    add_comment(north, case=case.ref, body="通话记录已经备好")
    add_task(north, case=case.ref, title="补充流水")
    mark_customers(north, case=case.ref, customers=[NewCustomer("CRM-1", Decimal(5))])
    made["sent"] = lockers.upload(north, case.ref)
    made["disclosure"], made["pair"] = disclosing.given(cast, story)
    made["key"] = key_hands.new_pair(north)
    made["case key"] = key_hands.make(north, case, [made["key"].key, made["pair"].key])
    own_key = made["key"].key
    _theirs, clinic = test_papers.publish(cast.clinic)
    made["paper"] = test_papers.ask(cast, [own_key, clinic])
    answer_paper(actor(cast.clinic_clerk), made["paper"].ref, answer="not_ours", document="1号", note="查无此号")
    ref = uuid4()
    test_seized.file(cast, story, test_seized.named(ref, own_key), ref=ref)
    _write_the_rest(case)
    return story, made


def _write_the_rest(case: Case) -> None:
    """Texts whose own services have tests of their own."""
    Case.objects.filter(pk=case.pk).update(close_note=seal("结案", "case/close_note", case.ref))
    unit = Participant.objects.get(case=case, is_police=True)
    Participant.objects.filter(pk=unit.pk).update(leave_reason=seal("移交", "participant/leave_reason", unit.ref))
    ref = uuid4()
    StatusEntry.objects.create(
        ref=ref, participant=unit, status="accepted", on=timezone.localdate(), note=seal("口头", "status/note", ref)
    )
    invited = uuid4()
    Invitation.objects.create(
        ref=invited,
        case=case,
        institution=unit.institution,
        invited_by=case.lead,
        message=seal("请加入", "invitation/message", invited),
        expires_at=timezone.now() + timedelta(days=1),
    )


def test_everything_moves_and_is_read_as_before(cast: Cast, settings: Any, rings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(resealing, "BATCH", 2)
    story, made = full_case(cast)
    north, south = actor(cast.north_analyst), actor(cast.south_analyst)
    assert resealing.values_under("k1") > 0
    settings.KEYRING = rings[BOTH]
    add_comment(south, case=story.case.ref, body="新的密钥之下")
    assert resealing.reseal_cases(SECURITY) > 10
    assert resealing.values_under("k1") == 0
    assert resealing.reseal_cases(SECURITY) == 0
    settings.KEYRING = rings[NEW_ONLY]
    case = Case.objects.get(pk=story.case.pk)
    assert unseal(case.title, "case/title", case.ref) == "代理维权团伙"
    assert unseal(case.close_note, "case/close_note", case.ref) == "结案"
    assert {row.body for row in comments_of(north, case).rows} == {"通话记录已经备好", "新的密钥之下"}
    assert [row.title for row in tasks_of(north, case)] == ["补充流水"]
    assert [row.own_reference for row in own_customers(north)] == ["CRM-1"]
    version = made["sent"].row
    check_version_bound(version, list(version.parts.order_by("number")))
    assert key_hands.opened(north, case, made["key"]) == made["case key"]
    assert open_facts(actor(cast.clinic_clerk), made["paper"].ref)
    fingerprint = made["pair"].key.fingerprint
    shown = unmask(south, case=case.ref, ref=made["disclosure"].ref, fingerprint=fingerprint, reason="核对号码")
    assert shown
    assert StatusEntry.objects.get().recorded_at  # kept as it is but for the seal of its note
    [entry] = Entry.objects.filter(kind="key.resealed")
    assert entry.subject == "key:case"


def test_custody_still_holds_afterwards(cast: Cast, settings: Any, rings: Any) -> None:
    _story, made = full_case(cast)
    settings.KEYRING = rings[BOTH]
    resealing.reseal_cases(SECURITY)
    settings.KEYRING = rings[NEW_ONLY]
    lockers.upload(actor(cast.north_analyst), made["sent"].row.evidence.case.ref)
    lockers.upload(
        actor(cast.north_analyst), made["sent"].row.evidence.case.ref, b"second", evidence=made["sent"].row.evidence.ref
    )
    assert EvidenceVersion.objects.filter(state="kept").count() == 3


@pytest.mark.parametrize("model", [KeyGrant, DisclosureSeal])
def test_cipher_text_that_was_exchanged_is_not_made_good(
    cast: Cast, settings: Any, rings: Any, model: type[KeyGrant]
) -> None:
    full_case(cast)
    first = model.objects.exclude(mac=None)[0]
    model.objects.filter(pk=first.pk).update(sealed=b"another's")
    settings.KEYRING = rings[BOTH]
    with pytest.raises(Conflict) as refused:
        resealing.reseal_cases(SECURITY)
    assert refused.value.extras["rows"] == 1
    assert resealing.values_under("k1") == 1
    with pytest.raises(Conflict):
        rotation.finish_rotation(SECURITY, name="case", key_id="k1")


def test_a_text_moved_to_another_row_is_not_made_good(cast: Cast, settings: Any, rings: Any) -> None:
    story, _made = full_case(cast)
    add_comment(actor(cast.north_analyst), case=story.case.ref, body="另一条")
    one, two = Comment.objects.order_by("pk")
    Comment.objects.filter(pk=one.pk).update(body=two.body)
    settings.KEYRING = rings[BOTH]
    with pytest.raises(Conflict):
        resealing.reseal_cases(SECURITY)
    assert bytes(Comment.objects.get(pk=one.pk).body) == bytes(two.body)


def test_the_tag_of_what_was_erased_goes(cast: Cast, settings: Any, rings: Any) -> None:
    full_case(cast)
    EvidenceVersion.objects.update(state="erased")
    EvidencePart.objects.all().delete()
    settings.KEYRING = rings[BOTH]
    resealing.reseal_cases(SECURITY)
    assert EvidenceVersion.objects.get().mac is None


def test_a_stopped_job_goes_on_where_it_was(cast: Cast, settings: Any, rings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(resealing, "BATCH", 1)
    full_case(cast)
    settings.KEYRING = rings[BOTH]

    def stop(*_args: object, **_facts: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(resealing.log, "info", stop)
        with pytest.raises(KeyboardInterrupt):
            resealing.reseal_cases(SECURITY)
    assert resealing.values_under("k2") == 1
    resealing.reseal_cases(SECURITY)
    assert resealing.values_under("k1") == 0


def test_the_command_rotates_it(cast: Cast, settings: Any, rings: Any, capsys: Any) -> None:
    joint_case(cast)
    settings.KEYRING = rings[BOTH]
    call_command("rotate_key", "case", "--reseal")
    assert "values sealed with the current case key" in capsys.readouterr().out


def test_whoever_may_not_manage_keys_moves_nothing(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        resealing.reseal_cases(actor(cast.north_lead))


def test_every_column_of_bytes_is_accounted_for() -> None:
    """A new sealed column that nobody told the rotation of would keep the old key for ever, or be lost with it."""
    columns = {
        f"{model._meta.model_name}.{field.name}"
        for model in apps.get_app_config("cases").get_models()
        for field in model._meta.get_fields()
        if isinstance(field, BinaryField)
    }
    sealed = {f"{model._meta.model_name}.{name}" for model, names in resealing.TEXTS.items() for name in names}
    tags = {f"{model._meta.model_name}.{name}" for model, (name, _stated) in resealing.TAGS.items()}
    assert not (sealed & tags) | (sealed | tags) & set(resealing.OPEN)
    assert columns == sealed | tags | set(resealing.OPEN)
