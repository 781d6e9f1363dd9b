"""F42: a genuine complaint can never be blocked by a case. Enforced where it is written, and by what reads it."""

import ast
import inspect
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

import cases.services
from audit.models import Entry
from cases.models import Case, Evidence, Participant, RepresentedCustomer, StatusEntry, TimelineEntry
from cases.queries.customers import own_customers, shielded_customers
from cases.services.customers import NewCustomer, answer_complaint, mark_customers, open_complaint
from intel.models import Clue
from intel.typologies import TYPOLOGIES
from kit.errors import Conflict, Invalid, NotFound
from notices.models import Event
from tests.cases import Story, joint_case, remove
from tests.cast import Cast, actor, client_of

pytestmark = pytest.mark.django_db
ROOT = Path(cases.services.__file__ or "").parent.parent.parent
APPS = ("alliance", "audit", "cases", "custody", "intel", "kit", "members", "notices", "reports")
READERS = {
    "cases/models/victims.py",
    "cases/services/customers.py",
    "cases/queries/customers.py",
    "cases/views/victims.py",
    "cases/victim_screens.py",
    "cases/forms/victims.py",
    "cases/api/victims.py",
}
"""The only modules that may name a complaint's columns."""


def as_it_is(cast: Cast, story: Story) -> None:
    """An open case."""


def closed(cast: Cast, story: Story) -> None:
    Case.objects.update(state="closed", closed_at=timezone.now(), close_reason="decided")


def handed_over(cast: Cast, story: Story) -> None:
    Case.objects.update(lead=cast.south)


def removed(cast: Cast, story: Story) -> None:
    remove(story.case, cast.north)


def removed_and_closed(cast: Cast, story: Story) -> None:
    remove(story.case, cast.north)
    closed(cast, story)


def held(cast: Cast, story: Story) -> None:
    Evidence.objects.create(
        case=story.case,
        institution=cast.north,
        kind="letter",
        title=b"sealed",
        expires_on=timezone.localdate(),
        hold_instrument="保全〔2026〕1号",
        hold_until=timezone.localdate() + timedelta(days=300),
    )


def investigated(cast: Cast, story: Story) -> None:
    unit = Participant.objects.get(is_police=True)
    for step in ("accepted", "filed", "investigated"):
        StatusEntry.objects.create(participant=unit, status=step, on=timezone.localdate(), document="1号")


STATES: tuple[Callable[[Cast, Story], None], ...] = (
    as_it_is,
    closed,
    handed_over,
    removed,
    removed_and_closed,
    held,
    investigated,
)


def marked(cast: Cast) -> tuple[Story, RepresentedCustomer]:
    story = joint_case(cast)
    who = actor(cast.north_analyst)
    return story, mark_customers(who, case=story.case.ref, customers=[NewCustomer("CRM-1", Decimal(5))])[0]


@pytest.mark.parametrize("state", STATES)
def test_it_is_opened_and_answered_whatever_the_case_is(cast: Cast, state: Callable[[Cast, Story], None]) -> None:
    story, customer = marked(cast)
    state(cast, story)
    today = timezone.localdate()
    who = actor(cast.north_analyst)
    open_complaint(who, ref=customer.ref, on=today)
    assert [(one.ref, one.complaint) for one in own_customers(who)] == [(customer.ref, "open")]
    answer_complaint(who, ref=customer.ref, on=today)
    open_complaint(who, ref=customer.ref, on=today)  # and once more, after an answer
    assert [one.complaint for one in own_customers(who)] == ["open"]


@pytest.mark.parametrize("state", STATES)
def test_the_pages_do_it_too(cast: Cast, state: Callable[[Cast, Story], None]) -> None:
    story, customer = marked(cast)
    state(cast, story)
    client, page = client_of(cast.north_analyst), f"/customers/{customer.ref}"
    assert client.get(page).status_code == 200
    today = timezone.localdate().isoformat()
    assert client.post(f"{page}/complaint", {"on": today}).status_code == 302
    assert RepresentedCustomer.objects.get().complaint == "open"
    assert client.post(f"{page}/answer", {"on": today}).status_code == 302
    assert RepresentedCustomer.objects.get().complaint == "answered"


def test_the_page_of_a_case_says_so(cast: Cast) -> None:
    story, _customer = marked(cast)
    for user in (cast.north_analyst, cast.south_lead, cast.police_officer):
        shown = client_of(user).get(f"/cases/{story.case.ref}/victims").content.decode()
        assert "shield-check" in shown
        assert 'role="note"' in shown


def test_what_keeps_a_complaint_looks_at_no_case() -> None:
    for act in (open_complaint, answer_complaint):
        names = {
            getattr(node, "attr", getattr(node, "id", ""))
            for node in ast.walk(ast.parse(inspect.getsource(act)))
            if isinstance(node, ast.Name | ast.Attribute)
        }
        assert not names & {"Case", "case", "case_for", "case_to_change", "rights_on", "Right", "state", "happened"}


def test_nothing_else_reads_a_complaint() -> None:
    """No service can take a complaint for a reason, since none but its keeper sees one."""
    found = {
        path.relative_to(ROOT).as_posix()
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts and "complaint" in _names(path)
    }
    assert found <= READERS


def _names(path: Path) -> str:
    """The names, attributes, keywords and texts that code (and not its comments) uses for a customer's complaint."""
    used: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Attribute(attr=name) | ast.Name(id=name) | ast.keyword(arg=str(name)):
                used.add(name.lower())
            case ast.Constant(value=str(text)) if text in {"complaint", "complaint_on", "complaint_answered_on"}:
                used.add(text)
    return " ".join(used)


def test_no_reason_of_the_platform_is_that_somebody_complained() -> None:
    """Neither for closing a case, nor for filing a clue, nor for a redress that is held back."""
    assert set(Case.Reason.values) == {"decided", "no_grounds", "merged", "withdrawn"}
    assert set(RepresentedCustomer.Redress.values) == {"none", "offered", "agreed", "done"}
    assert "complainant" not in set(Clue.Role.values)
    # The typology with the word accuses an agency, never the customer it speaks for.
    assert [code for code in TYPOLOGIES if "complain" in code] == ["illegal_complaint_agency"]


def test_the_others_do_not_learn_of_it(cast: Cast) -> None:
    story, customer = marked(cast)
    before = repr(shielded_customers(story.case)), TimelineEntry.objects.count(), Event.objects.count()
    page = f"/cases/{story.case.ref}/victims"
    shown = [client_of(user).get(page).content for user in (cast.south_analyst, cast.police_officer)]
    open_complaint(actor(cast.north_analyst), ref=customer.ref, on=timezone.localdate())
    assert (repr(shielded_customers(story.case)), TimelineEntry.objects.count(), Event.objects.count()) == before
    again = [client_of(user).get(page).content for user in (cast.south_analyst, cast.police_officer)]
    assert [len(one) for one in shown] == [len(one) for one in again]


def test_it_is_recorded_without_a_word_of_it(cast: Cast) -> None:
    _story, customer = marked(cast)
    open_complaint(actor(cast.north_analyst), ref=customer.ref, on=timezone.localdate())
    entry = Entry.objects.get(kind="customer.complaint_opened")
    assert entry.facts == {}


def test_only_the_own_institution_keeps_it(cast: Cast) -> None:
    _story, customer = marked(cast)
    for user in (cast.south_analyst, cast.police_officer, cast.outsider_analyst):
        with pytest.raises(NotFound):
            open_complaint(actor(user), ref=customer.ref, on=timezone.localdate())


def test_days_that_cannot_be_are_refused(cast: Cast) -> None:
    _story, customer = marked(cast)
    who, today = actor(cast.north_analyst), timezone.localdate()
    with pytest.raises(Conflict):
        answer_complaint(who, ref=customer.ref, on=today)
    with pytest.raises(Invalid):
        open_complaint(who, ref=customer.ref, on=today + timedelta(days=1))
    open_complaint(who, ref=customer.ref, on=today - timedelta(days=20))
    with pytest.raises(Conflict):
        open_complaint(who, ref=customer.ref, on=today)
    with pytest.raises(Invalid):
        answer_complaint(who, ref=customer.ref, on=today - timedelta(days=21))
    assert own_customers(who)[0].is_late
    with transaction.atomic(), pytest.raises(IntegrityError):
        RepresentedCustomer.objects.update(complaint="none", complaint_on=date(2026, 1, 1))
