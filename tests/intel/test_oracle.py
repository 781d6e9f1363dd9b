"""The database's collisions are the brute-force oracle's, in whatever order acts happen and at the same time."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Exists, OuterRef
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intel import oracle
from intel.models import Clue, Digest, Party, Sighting, Submission
from intel.oracle import Seen
from intel.sealing import seal_points
from intel.services.holds import free_digests, hold_digests
from intel.services.invariants import violations
from intel.services.matching import match_submission
from intel.services.withdrawals import withdraw_clue
from kit.actor import Actor
from kit.errors import Unavailable
from members.actors import system_actor
from members.models import Circle, Institution
from members.queries.circles import ownership
from members.roles import CAPABILITIES, Role
from privacy.encoding import unb64
from tests import cast
from tests.intel.clues import digest, file, row
from tests.intel.parallel import together

VALUES = "abcdef"
SEALED = {value: seal_points(unb64(digest(value), "digest"), [1], 1, ["k1"])[0][0] for value in VALUES}
OWNERS = [0, 1, 1, 2, 3]
"""Five institutions; the second and third have one owner."""


@dataclass(frozen=True)
class File:
    circle: int
    values: tuple[str, ...]


@dataclass(frozen=True)
class Withdraw:
    which: int


@dataclass(frozen=True)
class Match:
    """A nudge: as often and as late as the broker likes, or never."""


@dataclass(frozen=True)
class Hold:
    """A list or a review puts a digest on a hold, or sets it free."""

    circle: int
    value: str
    hold: int


Act = File | Withdraw | Match | Hold
filing = st.builds(
    File, st.integers(0, 1), st.lists(st.sampled_from(VALUES), min_size=1, max_size=3, unique=True).map(tuple)
)
holding = st.builds(
    Hold,
    st.integers(0, 1),
    st.sampled_from(VALUES),
    st.sampled_from((Digest.Hold.FREE, Digest.Hold.WARNED, Digest.Hold.RELEASED)),
)
acts = st.one_of(filing, filing, filing, st.builds(Withdraw, st.integers(0, 9)), st.just(Match()), holding)


@dataclass
class World:
    """Institutions and circles of one example, named apart from those of every other."""

    name: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    actors: list[Actor] = field(default_factory=list)
    circles: list[Circle] = field(default_factory=list)

    def __post_init__(self) -> None:
        banks = [
            cast.institution(f"{self.name}-{n}", f"{self.name}-{n}号", owner=f"{self.name} {owner}")
            for n, owner in enumerate(OWNERS)
        ]
        self.actors = [_analyst(bank) for bank in banks]
        self.circles = [cast.circle(f"{self.name}-{n}", "c", "组", *banks) for n in range(2)]

    def do(self, who: int, act: Act) -> None:
        """One act of one institution, as its system would: repeated while the platform says "try again"."""
        match act:
            case File(circle, values):
                code, key = self.circles[circle].code, uuid.uuid4().hex
                _patiently(lambda: file(self.actors[who], row(*values, circle=code, note=key), key=key))
            case Withdraw(which):
                mine = Clue.objects.filter(institution=self.actors[who].institution, withdrawn_at=None).order_by("pk")
                if clue := mine[which : which + 1].first():
                    withdraw_clue(self.actors[who], ref=clue.ref)
            case Hold(circle, value, hold):
                self.hold(self.circles[circle], value, hold)
            case Match():
                if pending := self.pending():
                    match_submission(pending[-1])

    def hold(self, circle: Circle, value: str, hold: int) -> None:
        system, cause = system_actor("test"), "warning_list:test"
        with transaction.atomic():
            digests = list(Digest.objects.filter(circle=circle, sealed=SEALED[value]).values_list("pk", flat=True))
            if hold == Digest.Hold.FREE:
                free_digests(system, digests, cause=cause)
            else:
                hold_digests(system, digests, hold, cause=cause)

    def pending(self) -> list[int]:
        mine = Submission.objects.filter(institution__in=[one.institution for one in self.actors], matched_at=None)
        return list(mine.order_by("pk").values_list("pk", flat=True))

    def settle(self) -> None:
        """What the sweep does in the end."""
        for pk in self.pending():
            match_submission(pk)
        assert self.pending() == []

    def check(self) -> None:
        """Compare with the oracle, by value and not by anything that matching wrote."""
        circles = {circle.pk: circle for circle in self.circles}
        names = {(sealed, pk): value for value, sealed in SEALED.items() for pk in circles}
        live = Clue.objects.filter(circle__in=circles, withdrawn_at=None)
        told = Sighting.objects.filter(Exists(live.filter(pk=OuterRef("clue")))).values_list(
            "digest__sealed", "clue__circle", "clue__institution", "clue", "digest__hold"
        )
        seen = [
            Seen(circle, names[bytes(sealed), circle], bank, clue, hold=hold)
            for sealed, circle, bank, clue, hold in told
        ]
        actual: dict[tuple[int, str], dict[int, int]] = {}
        parties = Party.objects.filter(circle__in=circles).select_related("collision__digest")
        for party in parties:
            key = (party.circle_id, names[bytes(party.collision.digest.sealed), party.circle_id])
            actual.setdefault(key, {})[party.institution_id] = party.clues
        assert actual == {key: dict(found) for key, found in oracle.collisions(seen, ownership()).items()}


def broken() -> list[str]:
    """The promises that do not hold, but for the one that a list names what is warned: here nobody keeps lists."""
    found = (one.promise for one in violations(pending_limit=timedelta(minutes=5)))
    return [promise for promise in found if not promise.startswith("g:")]


def _analyst(bank: Institution) -> Actor:
    rights = CAPABILITIES[Role.ANALYST]
    return Actor(ref=f"user:{bank.ref}", institution=bank.pk, institution_ref=bank.ref, capabilities=rights)


def _patiently(act: Callable[[], object]) -> None:
    for _ in range(20):
        try:
            act()
        except Unavailable:
            continue
        return
    raise AssertionError("never available")


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(st.tuples(st.integers(0, len(OWNERS) - 1), acts), max_size=25))
def test_any_history_ends_as_the_oracle_says(history: list[tuple[int, Act]]) -> None:
    world = World()
    for who, act in history:
        world.do(who, act)
    world.settle()
    world.check()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(scripts=st.lists(st.lists(acts, min_size=2, max_size=6), min_size=len(OWNERS), max_size=len(OWNERS)))
def test_any_interleaving_ends_as_the_oracle_says(scripts: list[list[Act]]) -> None:
    """Every institution acts on a connection of its own while three workers match whatever waits."""
    world = World()
    together(
        [lambda who=who, script=script: [world.do(who, act) for act in script] for who, script in enumerate(scripts)],
        beside=[lambda: [match_submission(pk) for pk in world.pending()]] * 3,
    )
    world.settle()
    world.check()
    assert broken() == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_everybody_files_and_withdraws_one_value_at_once() -> None:
    """The tightest race: one digest, all institutions, workers and withdrawals on top of each other."""
    world = World()
    script: list[Act] = [File(0, ("a", "b")), Withdraw(0), File(0, ("b", "a")), Match(), Withdraw(0), File(0, ("a",))]
    together(
        [lambda who=who: [world.do(who, act) for act in script * 4] for who in range(len(OWNERS))],
        beside=[lambda: [match_submission(pk) for pk in world.pending()]] * 3,
    )
    world.settle()
    world.check()
    assert broken() == []
