"""Certificate checks: a member asks, the issuer answers once, and the platform reads nothing of it."""

import json
from datetime import date
from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit.models import Entry
from cases.models import PaperCheck, PaperSeal, PublicKey, TimelineEntry
from cases.queries.papers import paper_detail_for, paper_rows, waiting_for
from cases.services.keys import revoke_key
from cases.services.papers import answer_paper, ask_issuer, due_day, open_facts
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from members.models import Institution, User
from notices.models import Event
from privacy import hpke
from privacy.encoding import b64
from tests.cases import joint_case, remove
from tests.cast import Cast, actor, client_of
from tests.intel.parallel import together

pytestmark = pytest.mark.django_db
FACTS = json.dumps({"number": "住院2026-0042", "name": "张三"}, ensure_ascii=False).encode()


def publish(institution: Institution, user: User | None = None) -> tuple[bytes, PublicKey]:
    """A live key of the institution, or of one of its people, with its private half."""
    private, public = hpke.generate()
    key = PublicKey.objects.create(
        institution=institution, user=user, name="Test", public=public, fingerprint=hpke.fingerprint(public)
    )
    return private, key


def ask(cast: Cast, keys: dict[PublicKey, bytes] | list[PublicKey], **fields: object) -> PaperCheck:
    """North asks the clinic, the facts sealed to these keys."""
    ref = uuid4()
    seals = {key.ref: hpke.seal_to(bytes(key.public), FACTS, place="paper", ref=str(ref)) for key in keys}
    asked = {"ref": ref, "issuer": cast.clinic.ref, "paper": "diagnosis", "seals": seals, **fields}
    return ask_issuer(actor(cast.north_analyst), **asked)


@pytest.fixture
def both(cast: Cast) -> tuple[tuple[bytes, PublicKey], tuple[bytes, PublicKey]]:
    """Keys of north and of the clinic."""
    return publish(cast.north), publish(cast.clinic)


def test_the_issuer_opens_the_facts_and_answers_formally(cast: Cast, both: tuple) -> None:
    (_own, north), (private, clinic) = both
    check = ask(cast, [north, clinic])
    assert waiting_for(actor(cast.clinic_clerk)) == 1
    [held] = open_facts(actor(cast.clinic_clerk), check.ref)
    assert hpke.open_sealed(private, held.sealed, place="paper", ref=str(check.ref)) == FACTS
    answer_paper(actor(cast.clinic_clerk), check.ref, answer="not_ours", document="院函2026-17", note="查无此号")
    seen = paper_detail_for(actor(cast.north_analyst), check.ref)
    assert (seen.check.answer, seen.check.answer_document, seen.note) == ("not_ours", "院函2026-17", "查无此号")
    assert waiting_for(actor(cast.clinic_clerk)) == 0


def test_a_police_unit_answers_for_its_own_papers(cast: Cast) -> None:
    _, north = publish(cast.north)
    _, unit = publish(cast.police)
    check = ask(cast, [north, unit], issuer=cast.police.ref, paper="police_receipt")
    answer_paper(actor(cast.police_officer), check.ref, answer="genuine", document="澜公核字〔2026〕3号")
    assert paper_rows(actor(cast.north_analyst))[0].answer == "genuine"


def test_an_answer_is_final(cast: Cast, both: tuple) -> None:
    check = ask(cast, [key for _private, key in both])
    answer_paper(actor(cast.clinic_clerk), check.ref, answer="genuine", document="1")
    with pytest.raises(Conflict) as refused:
        answer_paper(actor(cast.clinic_clerk), check.ref, answer="not_ours", document="2")
    assert refused.value.code == "answered"


def test_others_and_the_asker_cannot_answer(cast: Cast, both: tuple) -> None:
    check = ask(cast, [key for _private, key in both])
    with pytest.raises(NotFound):
        answer_paper(actor(cast.police_officer), check.ref, answer="genuine", document="1")
    with pytest.raises(Forbidden):
        answer_paper(actor(cast.north_analyst), check.ref, answer="genuine", document="1")


def test_an_outsider_finds_no_check(cast: Cast, both: tuple) -> None:
    check = ask(cast, [key for _private, key in both])
    for user in (cast.south_analyst, cast.outsider_analyst, cast.police_officer):
        assert paper_rows(actor(user)) == []
        with pytest.raises(NotFound):
            open_facts(actor(user), check.ref)
    client = client_of(cast.south_analyst)
    absent = client.get(reverse("cases:paper-detail", args=[uuid4()]))
    foreign = client.get(reverse("cases:paper-detail", args=[check.ref]))
    assert (foreign.status_code, len(foreign.content)) == (404, len(absent.content))


def test_facts_are_sealed_to_exactly_the_live_keys_of_both_sides(cast: Cast, both: tuple) -> None:
    (_one, north), (_other, clinic) = both
    _private, third = publish(cast.south)
    for keys in ([north], [clinic], [north, clinic, third]):
        with pytest.raises(Conflict) as refused:
            ask(cast, keys)
        assert refused.value.code == "recipients_changed"


@pytest.mark.parametrize(("side", "code"), [("north", "no_issuer_key"), ("clinic", "no_own_key")])
def test_a_side_without_a_key_is_named(cast: Cast, side: str, code: str) -> None:
    _private, key = publish(getattr(cast, side))
    with pytest.raises(Conflict) as refused:
        ask(cast, [key])
    assert refused.value.code == code


def test_asking_again_under_the_same_reference_asks_once(cast: Cast, both: tuple) -> None:
    keys = [key for _private, key in both]
    check = ask(cast, keys)
    seals = {one.key.ref: bytes(one.sealed) for one in PaperSeal.objects.select_related("key")}
    again = ask_issuer(actor(cast.north_analyst), ref=check.ref, issuer=cast.clinic.ref, paper="diagnosis", seals=seals)
    assert again.pk == check.pk
    assert PaperSeal.objects.count() == 2
    assert Event.objects.filter(type="paper.asked").count() == 1


def test_a_member_cannot_be_asked(cast: Cast, both: tuple) -> None:
    with pytest.raises(Invalid):
        ask(cast, [key for _private, key in both], issuer=cast.south.ref)


def test_cipher_text_that_was_swapped_is_refused_and_recorded(cast: Cast, both: tuple) -> None:
    keys = [key for _private, key in both]
    one, other = ask(cast, keys), ask(cast, keys)
    clinic = keys[1]
    first, second = (PaperSeal.objects.get(paper_check=check, key=clinic) for check in (one, other))
    PaperSeal.objects.filter(pk=first.pk).update(sealed=second.sealed, mac=second.mac)
    with pytest.raises(Conflict) as refused:
        open_facts(actor(cast.clinic_clerk), one.ref)
    assert refused.value.code == "not_what_was_kept"
    assert Entry.objects.filter(kind="paper.refused").count() == 1


def test_every_look_at_the_facts_is_recorded(cast: Cast, both: tuple) -> None:
    check = ask(cast, [key for _private, key in both])
    open_facts(actor(cast.clinic_clerk), check.ref)
    open_facts(actor(cast.north_analyst), check.ref)
    assert Entry.objects.filter(kind="paper.opened").count() == 2


def test_a_colleagues_own_key_is_not_handed_out(cast: Cast) -> None:
    _, north = publish(cast.north, cast.north_lead)
    _, clinic = publish(cast.clinic)
    check = ask(cast, [north, clinic])
    with pytest.raises(Conflict) as refused:
        open_facts(actor(cast.north_analyst), check.ref)
    assert refused.value.code == "no_key"
    assert len(open_facts(actor(cast.north_lead), check.ref)) == 1


@pytest.mark.parametrize("end", ["lost", "compromised"])
def test_a_key_that_somebody_else_may_have_is_handed_nothing(cast: Cast, both: tuple, end: str) -> None:
    (_private, own), (_other, office) = both
    check = ask(cast, [own, office])
    assert open_facts(actor(cast.north_analyst), check.ref)
    revoke_key(actor(cast.north_lead), ref=own.ref, end=end)
    assert not paper_detail_for(actor(cast.north_analyst), check.ref).may_open
    with pytest.raises(Conflict) as refused:
        open_facts(actor(cast.north_analyst), check.ref)
    assert refused.value.code == "no_key"


def test_a_case_sees_that_it_was_asked_and_answered_but_not_the_facts(cast: Cast, both: tuple) -> None:
    story = joint_case(cast)
    check = ask(cast, [key for _private, key in both], case=story.case.ref)
    answer_paper(actor(cast.clinic_clerk), check.ref, answer="differs", document="院函2026-18")
    told = TimelineEntry.objects.filter(case=story.case, subject=check.ref).order_by("pk")
    assert [(one.kind, one.facts) for one in told] == [
        ("paper.asked", {"paper": "diagnosis"}),
        ("paper.answered", {"answer": "differs"}),
    ]
    with pytest.raises(NotFound):
        paper_detail_for(actor(cast.south_analyst), check.ref)
    assert paper_detail_for(actor(cast.clinic_clerk), check.ref).case is None
    assert paper_detail_for(actor(cast.north_analyst), check.ref).case == story.case.ref
    remove(story.case, cast.north)
    assert paper_detail_for(actor(cast.north_analyst), check.ref).case is None


def test_nobody_asks_in_a_case_they_are_not_in(cast: Cast) -> None:
    story = joint_case(cast, south=False)
    _, south = publish(cast.south)
    _, clinic = publish(cast.clinic)
    ref = uuid4()
    seals = {key.ref: hpke.seal_to(bytes(key.public), FACTS, place="paper", ref=str(ref)) for key in (south, clinic)}
    with pytest.raises(NotFound):
        ask_issuer(
            actor(cast.south_analyst),
            ref=ref,
            issuer=cast.clinic.ref,
            paper="diagnosis",
            seals=seals,
            case=story.case.ref,
        )
    assert not PaperCheck.objects.exists()


def test_an_answer_is_due_on_the_tenth_working_day() -> None:
    assert due_day(date(2026, 11, 20)) == date(2026, 12, 4)
    assert due_day(date(2026, 11, 22)) == date(2026, 12, 4)


def test_both_sides_see_that_an_answer_is_overdue(cast: Cast, both: tuple) -> None:
    check = ask(cast, [key for _private, key in both])
    assert not paper_rows(actor(cast.clinic_clerk))[0].is_overdue
    PaperCheck.objects.filter(pk=check.pk).update(due_on=date(2026, 1, 1))
    for user in (cast.clinic_clerk, cast.north_analyst):
        assert paper_rows(actor(user))[0].is_overdue
        assert paper_detail_for(actor(user), check.ref).is_overdue
    answer_paper(actor(cast.clinic_clerk), check.ref, answer="unknown", document="1")
    assert not paper_rows(actor(cast.clinic_clerk))[0].is_overdue


def test_the_database_itself_keeps_an_answer_as_it_was_given(cast: Cast, both: tuple) -> None:
    check = ask(cast, [key for _private, key in both])
    answer_paper(actor(cast.clinic_clerk), check.ref, answer="genuine", document="1")
    for change in ({"answer": "not_ours"}, {"answer_document": "2"}, {"issuer": cast.police}, {"paper": "death"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PaperCheck.objects.filter(pk=check.pk).update(**change)
    PaperCheck.objects.filter(pk=check.pk).update(answer_note=b"sealed again under another key")
    with pytest.raises(IntegrityError), transaction.atomic():
        PaperCheck.objects.filter(pk=check.pk)._raw_delete(using="default")


def test_the_pages_work_for_both_sides(cast: Cast, both: tuple) -> None:
    keys = [key for _private, key in both]
    north, clerk = client_of(cast.north_analyst), client_of(cast.clinic_clerk)
    assert b"asking" in north.get(reverse("cases:paper-ask")).content
    ref = uuid4()
    seals = [
        {"key": str(key.ref), "sealed": b64(hpke.seal_to(bytes(key.public), FACTS, place="paper", ref=str(ref)))}
        for key in keys
    ]
    body = {"ref": str(ref), "issuer": str(cast.clinic.ref), "paper": "diagnosis", "case": None, "seals": seals}
    answer = north.post(reverse("cases:paper-ask"), json.dumps(body), content_type="application/json")
    assert answer.status_code == 201, answer.content
    address = answer.json()["location"]
    for client in (north, clerk):
        assert client.get(address).status_code == 200
        assert client.get(reverse("cases:papers")).status_code == 200
        assert client.post(reverse("cases:paper-facts", args=[ref])).json()["results"]
    refused = clerk.post(reverse("cases:paper-answer", args=[ref]), {"answer": "genuine", "document": ""})
    assert refused.status_code == 400
    given = clerk.post(
        reverse("cases:paper-answer", args=[ref]), {"answer": "genuine", "document": "院函1号", "note": ""}
    )
    assert given.status_code == 302
    assert "院函1号" in north.get(address).content.decode()


def test_what_is_written_about_it_holds_no_fact(cast: Cast, both: tuple) -> None:
    check = ask(cast, [key for _private, key in both])
    answer_paper(actor(cast.clinic_clerk), check.ref, answer="genuine", document="1", note="确为本院出具")
    stored = [bytes(one.sealed) for one in PaperSeal.objects.all()]
    check.refresh_from_db()
    assert len(stored) == len(both)
    assert all("张三".encode() not in one for one in stored)
    assert "确为本院出具".encode() not in bytes(check.answer_note or b"")


def test_a_note_with_a_number_is_refused(cast: Cast, both: tuple) -> None:
    check = ask(cast, [key for _private, key in both])
    with pytest.raises(Invalid):
        answer_paper(actor(cast.clinic_clerk), check.ref, answer="genuine", document="1", note="请拨13812345678")


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_stands(cast: Cast) -> None:
    keys = [publish(one)[1] for one in (cast.north, cast.clinic)]
    check = ask(cast, keys)
    clerk = actor(cast.clinic_clerk)

    def answer(given: str) -> str:
        try:
            answer_paper(clerk, check.ref, answer=given, document="1")
        except Conflict as refused:
            return refused.code
        return "done"

    said = together([partial(answer, given) for given in ("genuine", "not_ours") * 5])
    assert sorted(said) == ["answered"] * 9 + ["done"]
    assert Entry.objects.filter(kind="paper.answered").count() == 1
