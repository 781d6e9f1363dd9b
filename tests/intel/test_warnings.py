"""Warning lists: two others must approve with digests of their own, and what is listed really does not match."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from audit.models import Entry as AuditEntry
from intel.models import Clue, Collision, Digest, WarningList, WarningVersion
from intel.queries.warnings import document_of, published, version_for, versions_for
from intel.services import warned
from intel.services.holds import free_delisted, hold_digests
from intel.services.invariants import violations
from intel.services.warnings import MOST_OPEN, approve_version, refuse_version
from intel.services.withdrawals import withdraw_clue
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from members.actors import system_actor
from members.services.circles import create_circle
from privacy import signing
from privacy.encoding import b64
from privacy.envelope import KeyRing
from privacy.warnings import MOST_ENTRIES, Entry, opened
from tests.cast import Cast, actor
from tests.intel.clues import file, match_pending, row
from tests.intel.lists import HOTLINE, approve, blob, exact, lead, leads, prefix, propose, put_in_force, work
from tests.intel.parallel import together

Hold = Digest.Hold


def collide(cast: Cast, *values: str) -> None:
    """North and South both file each value."""
    for who in (cast.north_analyst, cast.south_analyst):
        file(actor(who), *[row(value) for value in values], match=True)


def test_two_other_owners_put_a_proposal_in_force(cast: Cast) -> None:
    north, south, harbour, _ = leads(cast)
    version = propose(north, exact(HOTLINE), prefix("cn-sc:95"))
    assert approve(south, version).state == "proposed"
    assert approve(harbour, version).state == "active"
    kinds = list(
        AuditEntry.objects.filter(kind__startswith="warning_list").order_by("pk").values_list("kind", flat=True)
    )
    assert kinds == [
        "warning_list.proposed",
        "warning_list.approved",
        "warning_list.approved",
        "warning_list.in_force",
    ]


def test_neither_the_proposers_owner_nor_one_owner_twice_counts(cast: Cast) -> None:
    north, south, harbour, leasing = leads(cast)
    version = propose(harbour, exact(HOTLINE))
    for who in (harbour, leasing):
        with pytest.raises(Forbidden) as refused:
            approve(who, version)
        assert refused.value.code == "not_independent"
    approve(south, version)
    with pytest.raises(Forbidden):
        approve(south, version)
    approve(north, version)
    version.refresh_from_db()
    assert version.state == "active"


def test_an_approval_with_other_digests_is_refused(cast: Cast) -> None:
    """The proposer shows a hotline and would hold the number of a gang: the first honest client notices."""
    north, south, *_ = leads(cast)
    version = propose(north, exact(HOTLINE), digests=blob([exact("+8613812345678")]))
    with pytest.raises(Conflict) as refused:
        approve(south, version)
    assert refused.value.code == "digests_differ"
    assert not version.approvals.exists()


def test_only_leads_decide_and_outsiders_to_members_see_nothing(cast: Cast) -> None:
    north, south, *_ = leads(cast)
    for who in (actor(cast.north_analyst), actor(cast.north_admin), actor(cast.police_officer)):
        with pytest.raises(Forbidden):
            propose(who, exact(HOTLINE))
    version = propose(north, exact(HOTLINE))
    for who in (actor(cast.south_analyst), actor(cast.operator_system), actor(cast.regulator_reader)):
        with pytest.raises(Forbidden):
            approve_version(who, ref=version.ref, epoch=1, digests=blob([exact(HOTLINE)]))
    for who in (actor(cast.police_officer), actor(cast.operator_system), actor(cast.regulator_reader)):
        with pytest.raises(Forbidden):
            version_for(who, version.ref)
    assert version_for(south, version.ref).may == {"approve", "refuse"}
    assert version_for(north, version.ref).may == {"refuse"}
    assert version_for(actor(cast.outsider_analyst), version.ref).may == frozenset()


def test_a_refusal_needs_a_reason_and_ends_it(cast: Cast) -> None:
    north, south, harbour, _ = leads(cast)
    version = propose(north, exact(HOTLINE))
    with pytest.raises(Invalid):
        refuse_version(south, ref=version.ref, reason=" ")
    with pytest.raises(Invalid):
        refuse_version(south, ref=version.ref, reason="It is 13812345678")
    with pytest.raises(Invalid):
        refuse_version(south, ref=version.ref, reason="no\x00")
    refuse_version(south, ref=version.ref, reason="That line is a debt agent's")
    for act in (lambda: approve(harbour, version), lambda: refuse_version(south, ref=version.ref, reason="again")):
        with pytest.raises(Conflict):
            act()
    assert version_for(north, version.ref).version.refusal == "That line is a debt agent's"
    assert propose(north, exact(HOTLINE)).number == 2


def test_one_proposal_of_a_list_at_a_time(cast: Cast) -> None:
    north, south, *_ = leads(cast)
    propose(north, exact(HOTLINE))
    with pytest.raises(Conflict) as refused:
        propose(south, exact("cn-sc:12378"))
    assert refused.value.code == "proposed_already"
    propose(south, exact("cn-sc:12378"), code="regulators")


def test_an_institution_has_few_proposals_open(cast: Cast) -> None:
    north, south, *_ = leads(cast)
    open_ones = [propose(north, exact(HOTLINE), code=f"list-{number}") for number in range(MOST_OPEN)]
    with pytest.raises(Conflict) as refused:
        propose(north, exact(HOTLINE), code="one-more")
    assert refused.value.code == "many_open"
    refuse_version(north, ref=open_ones[0].ref, reason="Taken back")
    propose(north, exact(HOTLINE), code="one-more")
    propose(south, exact(HOTLINE), code="another")


def test_a_list_keeps_what_it_is_called_once_somebody_agreed(cast: Cast) -> None:
    north, south, *_ = leads(cast)
    squatted = propose(north, exact(HOTLINE), name_en="Nonsense")
    refuse_version(south, ref=squatted.ref, reason="Nonsense")
    put_in_force(cast, exact(HOTLINE))
    with pytest.raises(Conflict) as refused:
        propose(south, exact(HOTLINE), name_en="Nonsense")
    assert refused.value.code == "list_differs"
    assert WarningList.objects.get().name_en == "Public hotlines"


def test_a_new_alliance_key_signs_what_is_in_force(cast: Cast, settings: Any, tmp_path: Path) -> None:
    put_in_force(cast, exact(HOTLINE))
    found = json.loads(Path(settings.KEYS_FILE).read_text())
    found["keys"]["alliance"] = {"current": "k2", "k": {"k2": b64(bytes(range(32)))}}
    settings.KEYRING = KeyRing.parse(json.dumps(found))
    assert opened(published(leads(cast)[0]), signing.public_key(bytes(range(32))))


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([Entry("cnid/1", False, "11010519491231002X", "A person")], "list_kind"),
        ([Entry("nothing/1", False, "1", "A kind")], "list_kind"),
        ([exact("95588")], "list_canonical"),
        ([exact("+8613812345678")], "list_mobile"),
        ([prefix("+8613")], "list_prefix"),
        ([prefix("cn-sc:9")], "list_prefix"),
        ([exact(HOTLINE, label="")], "list_label"),
        ([exact(HOTLINE, label="call 13812345678")], "list_label"),
        ([exact(HOTLINE), exact(HOTLINE, "Twice")], "list_double"),
        ([exact("masked 138****5678")], "masked"),
    ],
)
def test_an_entry_that_may_not_be_listed_is_named(cast: Cast, entries: list[Entry], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        propose(leads(cast)[0], *entries)
    assert refused.value.code == code
    assert refused.value.extras["entry"] == len(entries)
    assert not WarningList.objects.exists()


def test_a_list_has_at_most_ten_thousand_entries(cast: Cast) -> None:
    north = leads(cast)[0]
    many = [prefix(f"cn-sc:{number}") for number in range(10_000, 20_001)]
    assert len(many) == MOST_ENTRIES + 1
    with pytest.raises(Invalid) as refused:
        propose(north, *many)
    assert refused.value.code == "list_long"
    propose(north, *many[:MOST_ENTRIES])


@pytest.mark.parametrize(
    "fields",
    [
        {"code": "Not A Code"},
        {"sort": "friends"},
        {"name_en": ""},
        {"name_zh": "x" * 121},
        {"reason": ""},
        {"epoch": 2},
        {"digests": b""},
        {"digests": bytes(32)},
        {"digests": bytes(31)},
    ],
)
def test_bad_input_stores_nothing(cast: Cast, fields: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        propose(leads(cast)[0], exact(HOTLINE), **fields)
    assert not WarningVersion.objects.exists()


def test_what_is_listed_stops_matching_at_once_and_later(cast: Cast) -> None:
    collide(cast, HOTLINE, "gang")
    assert Collision.objects.count() == 2
    put_in_force(cast, exact(HOTLINE), exact("cn-sc:12378"))
    assert Collision.objects.count() == 1
    assert set(Digest.objects.filter(hold=Hold.WARNED).values_list("circle__code", flat=True)) == {"cards", "loans"}
    assert Digest.objects.filter(hold=Hold.WARNED).count() == 4
    collide(cast, "cn-sc:12378", HOTLINE)
    assert Collision.objects.count() == 1
    assert violations(pending_limit=timedelta(0)) == []


def test_what_leaves_the_list_matches_again(cast: Cast) -> None:
    put_in_force(cast, exact(HOTLINE), exact("cn-sc:12378"), exact("cn-sc:110"))
    collide(cast, HOTLINE, "cn-sc:12378")
    assert not Collision.objects.exists()
    put_in_force(cast, exact("cn-sc:12378"))
    assert Collision.objects.count() == 1
    assert WarningVersion.objects.get(state="retired").applied_at is not None
    # Nobody filed 110, and no list names it any more: nothing of it is kept.
    assert sorted(Digest.objects.values_list("hold", flat=True)) == [Hold.FREE, Hold.WARNED, Hold.WARNED]
    put_in_force(cast)
    assert Collision.objects.count() == 2
    assert not Digest.objects.exclude(hold=Hold.FREE).exists()
    assert violations(pending_limit=timedelta(0)) == []


def test_a_value_on_two_lists_stays_until_both_have_gone(cast: Cast) -> None:
    collide(cast, HOTLINE)
    put_in_force(cast, exact(HOTLINE))
    put_in_force(cast, exact(HOTLINE), code="others", name_en="Others", name_zh="其他")
    put_in_force(cast)
    assert not Collision.objects.exists()
    put_in_force(cast, code="others", name_en="Others", name_zh="其他")
    assert Collision.objects.count() == 1


def test_the_checker_knows_what_the_lists_name(cast: Cast) -> None:
    put_in_force(cast, exact(HOTLINE))
    assert violations(pending_limit=timedelta(0)) == []
    file(actor(cast.north_analyst), row("gang"), match=True)
    Digest.objects.filter(hold=Hold.WARNED, circle=cast.cards).update(hold=Hold.FREE, held_at=None)
    Digest.objects.filter(sightings__isnull=False).update(hold=Hold.WARNED, held_at=timezone.now())
    broken = {one.promise: one.count for one in violations(pending_limit=timedelta(0)) if one.promise.startswith("g:")}
    assert broken == {
        "g: a digest is held as warned and no list names it": 1,
        "g: what a list names is not held": 1,
    }


def test_the_worker_goes_on_where_it_was(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warned, "BATCH", 2)
    version = put_in_force(cast, *[exact(f"cn-sc:{number}") for number in range(95500, 95505)], apply=False)
    assert warned.unapplied_versions() == [version.pk]
    assert warned._apply_batch(version.pk)
    version.refresh_from_db()
    assert (version.applied, version.applied_at) == (2, None)
    work()
    version.refresh_from_db()
    assert version.applied == 5
    assert version.applied_at is not None
    assert not warned.unapplied_versions()
    assert Digest.objects.filter(hold=Hold.WARNED).count() == 10


def test_a_new_circle_is_covered_when_it_opens(cast: Cast) -> None:
    put_in_force(cast, exact(HOTLINE))
    circle = create_circle(system_actor("test", Capability.ONBOARD), code="new", name_zh="新", name_en="New")
    assert Digest.objects.filter(circle=circle, hold=Hold.WARNED).count() == 1


def test_a_withdrawal_leaves_the_tombstone(cast: Cast) -> None:
    put_in_force(cast, exact(HOTLINE))
    north = actor(cast.north_analyst)
    file(north, row(HOTLINE), match=True)
    digest = Digest.objects.get(sightings__institution=cast.north)
    withdraw_clue(north, ref=digest.sightings.get().clue.ref)
    digest.refresh_from_db()
    assert digest.hold == Hold.WARNED
    assert violations(pending_limit=timedelta(0)) == []


def test_a_delisted_value_that_was_listed_keeps_its_term(cast: Cast) -> None:
    collide(cast, HOTLINE)
    digest = Collision.objects.get().digest
    until = timezone.now() + timedelta(days=300)
    hold_digests(system_actor("test"), [digest.pk], Hold.DELISTED, cause="test", until=until)
    put_in_force(cast, exact(HOTLINE))
    digest.refresh_from_db()
    assert digest.hold == Hold.WARNED
    put_in_force(cast)
    digest.refresh_from_db()
    assert (digest.hold, digest.held_until) == (Hold.DELISTED, until)
    assert free_delisted() == 0


def test_the_published_list_is_signed_with_the_alliances_key(cast: Cast) -> None:
    version = put_in_force(cast, exact(HOTLINE), prefix("+86400", "400 lines"))
    key = signing.public_key(django_settings.KEYRING.current("alliance")[1])
    [document] = opened(published(actor(cast.outsider_admin)), key)
    assert document == document_of(WarningVersion.objects.select_related("list").get(pk=version.pk))
    assert [entry.value for entry in document.entries] == [HOTLINE, "+86400"]
    propose(leads(cast)[0], exact(HOTLINE))
    assert len(published(actor(cast.south_analyst))["lists"]) == 1
    assert [row.state for row in versions_for(leads(cast)[1])] == ["proposed", "active"]


def test_an_unknown_version_is_absent(cast: Cast) -> None:
    north = leads(cast)[0]
    gone = propose(north, exact(HOTLINE)).list.ref
    with pytest.raises(NotFound):
        approve_version(north, ref=gone, epoch=1, digests=b"")


def test_a_list_takes_no_notice_of_what_is_filed_meanwhile(cast: Cast) -> None:
    """Filed and not matched yet when the list takes force: the worker finds it held, in whichever order."""
    for who in (cast.north_analyst, cast.south_analyst):
        file(actor(who), row(HOTLINE))
    put_in_force(cast, exact(HOTLINE))
    match_pending()
    assert not Collision.objects.exists()


def test_approvals_at_the_same_moment_activate_once(transactional_db: None, cast: Cast) -> None:
    north, south, harbour, _ = leads(cast)
    version = propose(north, exact(HOTLINE))

    def attempt(who: object) -> Callable[[], bool]:
        def act() -> bool:
            try:
                approve(who, version)  # type: ignore[arg-type]
            except Conflict:
                return False
            return True

        return act

    assert together([attempt(south), attempt(harbour), attempt(actor(lead(cast.outsider)))]).count(True) == 2
    assert AuditEntry.objects.filter(kind="warning_list.in_force").count() == 1
    assert WarningVersion.objects.filter(state="active").count() == 1


def test_lists_come_and_go_while_members_file_and_withdraw(transactional_db: None, cast: Cast) -> None:
    """Whatever the order, in the end the collisions are those that the lists in force leave."""
    values = [f"cn-sc:{number}" for number in range(95500, 95506)]
    put_in_force(cast, *[exact(value) for value in values[:3]])
    people = [actor(one) for one in (cast.north_analyst, cast.south_analyst, cast.harbour_bank_analyst)]

    def files(who: Actor) -> Callable[[], None]:
        def act() -> None:
            for value in values:
                file(who, row(value, f"own {value}"), match=True)
            for clue in Clue.objects.filter(institution_id=who.institution, state="filed").order_by("pk")[:2]:
                withdraw_clue(who, ref=clue.ref)

        return act

    def lists() -> None:
        put_in_force(cast, *[exact(value) for value in values[2:]])
        put_in_force(cast, exact(values[1]), exact(values[4]))

    together([*map(files, people), lists])
    match_pending()
    work()
    assert violations(pending_limit=timedelta(0)) == []
    assert Digest.objects.filter(hold=Hold.WARNED).count() == 4
    assert not Collision.objects.filter(digest__hold=Hold.WARNED).exists()
    assert Collision.objects.exists()
