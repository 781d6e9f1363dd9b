"""Seized lists: each bank learns of its own customers, nobody of another's, and the digests are not kept."""

import json
import random
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.urls import reverse

from audit.models import Entry as Logged
from cases.models import PublicKey, SeizedFinding, SeizedList, SeizedSeal
from cases.queries.seized import findings_for, lenders_for, lists_for, to_contact
from cases.services.keys import revoke_key
from cases.services.seized import Entry, decide_finding, file_list, open_finding
from intel.models import Clue, Digest
from intel.services.withdrawals import withdraw_clue
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from members.models import Circle
from notices.models import Event
from privacy import hpke
from privacy.encoding import b64, unb64
from tests.cases import Story, remove
from tests.cases.test_papers import publish
from tests.cast import Cast, actor, client_of
from tests.intel import clues

pytestmark = pytest.mark.django_db


def hit(value: str, **fields: Any) -> Entry:
    """A row with a digest alone."""
    digest = unb64(clues.digest(value), "digest")
    return Entry(
        **{
            "number": random.randrange(1, 2**31),
            "kind": "phone/1",
            "digest": digest,
            "lender": None,
            "seals": {},
            **fields,
        }
    )


def named(ref: UUID, key: PublicKey, value: str = "someone", **fields: Any) -> Entry:
    """A row that names the key's institution and is sealed to it."""
    number = random.randrange(1, 2**31)
    said = json.dumps({"kind": "phone/1", "value": value, "note": ""}).encode()
    sealed = hpke.seal_to(bytes(key.public), said, place="seized", ref=f"{ref}/{number}")
    return hit(value, **{"number": number, "lender": key.institution.ref, "seals": {key.ref: sealed}, **fields})


def file(cast: Cast, story: Story, *rows: Entry, ref: UUID | None = None, **fields: Any) -> SeizedList:
    """The city police file these rows."""
    asked = {
        "ref": ref or uuid4(),
        "instrument": "澜公（经）扣字〔2026〕7号",
        "found_on": date(2026, 11, 1),
        "epoch": 1,
    }
    return file_list(actor(cast.police_officer), story.case.ref, **{**asked, "rows": rows, **fields})


def test_each_bank_learns_of_its_own_customer_alone(cast: Cast, story: Story) -> None:
    clues.file(actor(cast.north_analyst), clues.row("n1", role="victim", own_reference="K-1"), match=True)
    clues.file(actor(cast.outsider_analyst), clues.row("o1", circle="loans", role="victim"), match=True)
    file(cast, story, hit("n1"), hit("o1"), hit("nobody"))
    [found] = findings_for(actor(cast.north_analyst))
    assert [(one.own_reference, one.role) for one in found.clues] == [("K-1", "victim")]
    assert (found.is_named, found.may_open) == (False, False)
    assert len(findings_for(actor(cast.outsider_analyst))) == 1
    assert findings_for(actor(cast.south_analyst)) == []
    assert to_contact(actor(cast.north_analyst), story.case) == 1


def test_a_bank_outside_the_case_is_told_and_learns_nothing_of_the_case(cast: Cast, story: Story) -> None:
    clues.file(actor(cast.outsider_analyst), clues.row("o1", circle="loans"), match=True)
    filed = file(cast, story, hit("o1"))
    assert list(Event.objects.filter(type="seized.found").values_list("institution_id", flat=True)) == [
        cast.outsider.pk
    ]
    page = client_of(cast.outsider_analyst).get(reverse("cases:seized-findings"))
    assert page.status_code == 200
    assert str(story.case.ref).encode() not in page.content
    assert "代理维权团伙" not in page.content.decode()
    assert filed.instrument in page.content.decode()


def test_a_named_lender_opens_the_person_with_its_key(cast: Cast, story: Story) -> None:
    private, key = publish(cast.south)
    ref = uuid4()
    file(cast, story, named(ref, key, "13800138000"), ref=ref)
    [found] = findings_for(actor(cast.south_analyst))
    assert (found.is_named, found.may_open) == (True, True)
    [held] = open_finding(actor(cast.south_analyst), found.ref)
    said = json.loads(hpke.open_sealed(private, held.sealed, place="seized", ref=found.place))
    assert said["value"] == "13800138000"
    assert Logged.objects.filter(kind="seized.opened").count() == 1


def test_a_row_that_names_a_lender_needs_no_digest(cast: Cast, story: Story) -> None:
    _private, key = publish(cast.south)
    ref = uuid4()
    file(cast, story, named(ref, key, digest=None), ref=ref)
    assert len(findings_for(actor(cast.south_analyst))) == 1


def test_another_institution_cannot_open_or_decide_a_finding(cast: Cast, story: Story) -> None:
    _private, key = publish(cast.south)
    ref = uuid4()
    file(cast, story, named(ref, key), ref=ref)
    finding = SeizedFinding.objects.get()
    for user in (cast.north_analyst, cast.police_officer):
        with pytest.raises(NotFound):
            open_finding(actor(user), finding.ref)
        with pytest.raises(NotFound):
            decide_finding(actor(user), finding.ref, state="contacted")


def test_the_officer_sees_sums_and_no_small_ones(cast: Cast, story: Story) -> None:
    for value in ("a", "b", "c"):
        clues.file(actor(cast.north_analyst), clues.row(value), match=True)
    file(cast, story, hit("a"), hit("b"), hit("x"))
    file(cast, story, hit("a"), hit("b"), hit("c"), hit("x"))
    newest, first = lists_for(actor(cast.police_officer), story.case)
    assert (first.rows, first.found, first.contacted) == (3, "<3", "<3")
    assert (newest.rows, newest.found, newest.contacted) == (4, "3", "<3")
    for finding in SeizedFinding.objects.filter(row__list__ref=newest.ref):
        decide_finding(actor(cast.north_analyst), finding.ref, state="contacted")
    assert lists_for(actor(cast.police_officer))[0].contacted == "3"


def test_a_sum_counts_persons_and_not_the_banks_that_know_them(cast: Cast, story: Story) -> None:
    for user in (cast.north_analyst, cast.south_analyst, cast.harbour_bank_analyst):
        clues.file(actor(user), clues.row("known"), match=True)
    file(cast, story, hit("known"))
    assert SeizedFinding.objects.count() == 3
    assert lists_for(actor(cast.police_officer))[0].found == "<3"


def test_rows_that_name_a_lender_lift_no_sum_over_the_smallest(cast: Cast, story: Story) -> None:
    _private, key = publish(cast.south)
    clues.file(actor(cast.north_analyst), clues.row("known"), match=True)
    ref = uuid4()
    padding = [named(ref, key, f"nobody {turn}", digest=None) for turn in range(2)]
    filed = file(cast, story, hit("known"), *padding, ref=ref)
    [seen] = lists_for(actor(cast.police_officer))
    assert (filed.rows, seen.named, seen.found) == (3, 2, "<3")


@pytest.mark.parametrize(("end", "is_served"), [("rotated", True), ("lost", False), ("compromised", False)])
def test_nothing_is_handed_out_for_a_key_that_somebody_else_may_have(
    cast: Cast, story: Story, end: str, is_served: bool
) -> None:
    _private, key = publish(cast.south)
    ref = uuid4()
    file(cast, story, named(ref, key), ref=ref)
    revoke_key(actor(cast.south_lead), ref=key.ref, end=end)
    [found] = findings_for(actor(cast.south_analyst))
    assert found.may_open == is_served
    if is_served:
        assert len(open_finding(actor(cast.south_analyst), found.ref)) == 1
        return
    with pytest.raises(Conflict) as refused:
        open_finding(actor(cast.south_analyst), found.ref)
    assert refused.value.code == "no_key"


def test_no_digest_of_the_list_is_kept(cast: Cast, story: Story) -> None:
    file(cast, story, hit("n1"), hit("n2"))
    digests = [unb64(clues.digest(value), "digest") for value in ("n1", "n2")]
    with connection.cursor() as cursor:
        cursor.execute("SELECT r::text FROM cases_seizedrow r UNION ALL SELECT f::text FROM cases_seizedfinding f")
        stored = " ".join(row for (row,) in cursor.fetchall())
    assert stored, "persons that no bank knows are kept without what names them"
    assert all(digest.hex() not in stored and b64(digest) not in stored for digest in digests)
    assert not any(field.name in {"sealed", "digest"} for field in SeizedList._meta.get_fields())


@pytest.mark.parametrize("hold", [Digest.Hold.WARNED, Digest.Hold.OVER_COMMON])
def test_a_hotline_is_nobodys_customer(cast: Cast, story: Story, hold: int) -> None:
    clues.file(actor(cast.north_analyst), clues.row("hotline"), match=True)
    with clues.past_the_triggers():
        Digest.objects.update(hold=hold, held_at="2026-01-01T00:00:00Z")
    file(cast, story, hit("hotline"))
    assert not SeizedFinding.objects.exists()


def test_a_withdrawn_clue_finds_nobody(cast: Cast, story: Story) -> None:
    clues.file(actor(cast.north_analyst), clues.row("gone"), match=True)
    clue = Clue.objects.order_by("-pk")[0]
    withdraw_clue(actor(cast.north_analyst), ref=clue.ref)
    file(cast, story, hit("gone"))
    assert not SeizedFinding.objects.exists()


def test_a_finding_forgets_a_clue_that_is_withdrawn_later(cast: Cast, story: Story) -> None:
    clues.file(actor(cast.north_analyst), clues.row("later"), match=True)
    clue = Clue.objects.order_by("-pk")[0]
    file(cast, story, hit("later"))
    withdraw_clue(actor(cast.north_analyst), ref=clue.ref)
    assert findings_for(actor(cast.north_analyst))[0].clues == []


def test_only_a_police_unit_of_the_case_files(cast: Cast, story: Story) -> None:
    asked: dict[str, Any] = {"ref": uuid4(), "instrument": "1号", "found_on": date(2026, 11, 1), "epoch": 1}
    with pytest.raises(Forbidden):
        file_list(actor(cast.north_analyst), story.case.ref, rows=[hit("a")], **asked)
    remove(story.case, cast.police)
    with pytest.raises(NotFound):
        file_list(actor(cast.police_officer), story.case.ref, rows=[hit("a")], **asked)
    assert lists_for(actor(cast.police_officer)) == []


def test_a_unit_that_was_removed_no_longer_sees_its_sums(cast: Cast, story: Story) -> None:
    file(cast, story, hit("a"))
    assert lists_for(actor(cast.police_officer))
    remove(story.case, cast.police)
    assert lists_for(actor(cast.police_officer)) == []


def test_cipher_text_that_was_swapped_is_refused_and_recorded(cast: Cast, story: Story) -> None:
    _private, key = publish(cast.south)
    ref = uuid4()
    file(cast, story, named(ref, key, "one"), named(ref, key, "two"), ref=ref)
    first, second = SeizedSeal.objects.order_by("pk")
    SeizedSeal.objects.filter(pk=first.pk).update(sealed=second.sealed, mac=second.mac)
    finding = SeizedFinding.objects.get(row=first.row_id)
    with pytest.raises(Conflict) as refused:
        open_finding(actor(cast.south_analyst), finding.ref)
    assert refused.value.code == "not_what_was_kept"
    assert Logged.objects.filter(kind="seized.refused").count() == 1


def test_filing_again_under_the_same_reference_files_once(cast: Cast, story: Story) -> None:
    clues.file(actor(cast.north_analyst), clues.row("n1"), match=True)
    ref = uuid4()
    one, again = file(cast, story, hit("n1"), ref=ref), file(cast, story, hit("n1"), ref=ref)
    assert one.pk == again.pk
    assert SeizedFinding.objects.count() == 1


def test_a_seal_is_to_live_keys_of_the_lender_that_the_row_names(cast: Cast, story: Story) -> None:
    _private, south = publish(cast.south)
    _other, north = publish(cast.north)
    ref = uuid4()
    moved = named(ref, north, lender=cast.south.ref)
    with pytest.raises(Conflict) as refused:
        file(cast, story, moved, ref=ref)
    assert refused.value.code == "recipients_changed"
    PublicKey.objects.filter(pk=south.pk).update(revoked_at="2026-11-01T00:00:00Z", end="lost")
    with pytest.raises(Conflict):
        file(cast, story, named(ref, south), ref=ref)
    assert not SeizedList.objects.exists()


@pytest.mark.parametrize(
    "row",
    [
        hit("a", digest=b"\x00" * 32),
        hit("a", digest=b"\xff" * 32),
        hit("a", digest=b"short"),
        hit("a", digest=None),
        hit("a", kind="name/1"),
        hit("a", number=0),
    ],
)
def test_a_malformed_row_stores_nothing(cast: Cast, story: Story, row: Entry) -> None:
    with pytest.raises(Invalid):
        file(cast, story, hit("good"), row)
    assert not SeizedList.objects.exists()


def test_digests_of_another_epoch_are_refused(cast: Cast, story: Story) -> None:
    with pytest.raises(Invalid):
        file(cast, story, hit("a"), epoch=2)


def test_members_of_confidential_circles_alone_are_not_named(cast: Cast, story: Story) -> None:
    names = {str(one["en"]) for one in lenders_for(actor(cast.police_officer))}
    assert {"North Bank", "Outsider Bank"} <= names
    Circle.objects.filter(code="loans").update(is_confidential=True)
    names = {str(one["en"]) for one in lenders_for(actor(cast.police_officer))}
    assert "North Bank" in names
    assert "Outsider Bank" not in names
    with pytest.raises(Forbidden):
        lenders_for(actor(cast.north_analyst))


def test_the_case_is_told_that_a_list_was_filed_and_not_how_long_it_is(cast: Cast, story: Story) -> None:
    file(cast, story, hit("a"), hit("b"))
    entry = story.case.timeline.get(kind="seized.filed")
    assert entry.facts == {}
    assert Logged.objects.get(kind="seized.filed").facts == {}


def test_the_pages_work_for_officer_and_bank(cast: Cast, story: Story) -> None:
    private, key = publish(cast.south)
    officer, bank = client_of(cast.police_officer), client_of(cast.south_analyst)
    shown = officer.get(reverse("cases:seized-file", args=[story.case.ref])).content
    assert b'id="ceremony"' in shown
    assert b'id="filing"' in shown
    assert bank.get(reverse("cases:seized-file", args=[story.case.ref])).status_code == 403
    ref, number = uuid4(), 4711
    sealed = hpke.seal_to(
        bytes(key.public),
        b'{"kind":"phone/1","value":"+8613800138000","note":""}',
        place="seized",
        ref=f"{ref}/{number}",
    )
    row = {"number": number, "kind": "phone/1", "digest": clues.digest("z"), "lender": str(cast.south.ref)}
    row["seals"] = [{"key": str(key.ref), "sealed": b64(sealed)}]
    body = {"ref": str(ref), "instrument": "扣字7号", "found_on": "2026-11-01", "epoch": 1, "rows": [row]}
    address = reverse("cases:seized-file", args=[story.case.ref])
    answer = officer.post(address, json.dumps(body), content_type="application/json")
    assert answer.status_code == 201, answer.content
    assert "扣字7号" in officer.get(answer.json()["location"]).content.decode()
    assert "扣字7号" in officer.get(reverse("cases:seized-findings")).content.decode()
    assert "扣字7号" in bank.get(reverse("cases:seized-findings")).content.decode()
    assert reverse("cases:seized-findings").encode() + b'">' in bank.get(reverse("intel:home")).content
    finding = SeizedFinding.objects.get()
    [held] = bank.post(reverse("cases:seized-open", args=[finding.ref])).json()["results"]
    assert hpke.open_sealed(private, unb64(held["sealed"], "sealed"), place="seized", ref=f"{ref}/{number}")
    assert bank.post(reverse("cases:seized-decide", args=[finding.ref]), {"state": "contacted"}).status_code == 302
    finding.refresh_from_db()
    assert finding.state == "contacted"
