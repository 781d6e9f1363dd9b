"""R55: whatever the institutions of one ownership group do, in whatever order, they corroborate nothing alone.

A state machine acts for both institutions of the Harbour Group, by each of their people and systems. The values it
files are its own; the references it tries are also those of a collision of others. After every step nothing collides
that it filed, and everything that belongs to the others is as it was.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import hypothesis.strategies as st
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from intel.models import Clue, Collision, Digest, Party, Sighting, WarningVersion
from intel.services.approvals import approve_clues, refuse_clues
from intel.services.expiry import expire_clues
from intel.services.handshakes import offer_handshake
from intel.services.holds import delist, review_hold
from intel.services.invariants import violations
from intel.services.opinions import give_opinion, withdraw_opinion
from intel.services.quality import close_day
from intel.services.scoring import rescore
from intel.services.suspensions import resume_clue, suspend_clue
from intel.services.triage import triage
from intel.services.warnings import approve_version
from intel.services.withdrawals import withdraw_clue
from kit.actor import Actor
from kit.errors import Refusal
from members.roles import Role
from tests.cast import Cast, actor, person, system_of
from tests.intel import lists
from tests.intel.clues import EPOCH, file, row

VALUES = tuple(f"harbour {n}" for n in range(4))
_CAST: dict[str, Any] = {}
"""The world of the running test: a machine is made without arguments."""

sides = st.sampled_from(["bank", "leasing"])
roles = st.sampled_from(["analyst", "lead", "second", "system"])
picks = st.integers(0, 30)
verdicts = st.sampled_from(["confirmed", "false", "disputed", "outdated"])

MEDDLING: dict[str, Callable[[Actor, UUID], Any]] = {
    "review": lambda who, ref: review_hold(who, ref=ref, verdict="release", reason="we know better"),
    "delist": lambda who, ref: delist(who, ref=ref, reason="we know better"),
    "offer": lambda who, ref: offer_handshake(who, collision=ref, label="A"),
    "triage": lambda who, ref: triage(who, refs=[ref], act="accept"),
}
# What belongs to the others, as rows: more than any page of theirs shows. The group's own rows are left out.
_OTHERS = (
    "SELECT to_jsonb(c) FROM intel_collision c ORDER BY id",
    "SELECT to_jsonb(p) FROM intel_party p WHERE institution_id <> ALL(%s) ORDER BY id",
    "SELECT to_jsonb(o) FROM intel_opinion o ORDER BY digest_id, institution_id",
    "SELECT to_jsonb(h) FROM intel_handshakeoffer h ORDER BY id",
    "SELECT to_jsonb(t) FROM intel_triageact t ORDER BY id",
    "SELECT to_jsonb(r) FROM intel_holdreview r ORDER BY digest_id, institution_id",
    "SELECT to_jsonb(k) FROM intel_clue k WHERE institution_id <> ALL(%s) ORDER BY id",
    "SELECT to_jsonb(d) FROM intel_digest d WHERE EXISTS (SELECT FROM intel_sighting s WHERE s.digest_id = d.id "
    "AND s.institution_id <> ALL(%s)) ORDER BY id",
    # A proposed list is shown to all by design, and is no collision.
    "SELECT to_jsonb(e) FROM notices_event e WHERE institution_id <> ALL(%s) AND type NOT LIKE 'warning_list%%' "
    "ORDER BY id",
)


class OneOwner(RuleBasedStateMachine):
    """Everything that two institutions of one owner can do."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.group = [_CAST["bank"]["institution"], _CAST["leasing"]["institution"]]
        self.before = self.others()

    def teardown(self) -> None:
        broken = violations(pending_limit=timedelta(seconds=600))
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)
        assert broken == []

    def others(self) -> list[list[Any]]:
        found = []
        with connection.cursor() as cursor:
            for statement in _OTHERS:
                cursor.execute(statement, [self.group] if "%s" in statement else None)
                found.append([one for (one,) in cursor.fetchall()])
        return found

    def clue(self, side: str, pick: int) -> UUID | None:
        own = (
            Clue.objects.filter(institution_id=_CAST[side]["institution"]).order_by("pk").values_list("ref", flat=True)
        )
        return own[pick % len(own)] if own else None

    @rule(
        side=sides,
        role=roles,
        values=st.lists(st.sampled_from(VALUES), min_size=1, max_size=3, unique=True),
        proof=st.sampled_from(["suspicion", "reasonable", "clear"]),
        times=st.sampled_from([1, 1, 1, 20]),
    )
    def submit(self, side: str, role: str, values: list[str], proof: str, times: int) -> None:
        rows = [row(*values, proof=proof, own_reference=f"{n}") for n in range(times)]
        file(_CAST[side][role], *rows, match=True)

    @rule(side=sides, role=roles, pick=picks, refuse=st.booleans())
    def decide(self, side: str, role: str, pick: int, refuse: bool) -> None:
        if ref := self.clue(side, pick):
            with suppress(Refusal):
                if refuse:
                    refuse_clues(_CAST[side][role], refs=[ref], reason="not ours")
                else:
                    approve_clues(_CAST[side][role], refs=[ref])

    @rule(side=sides, other=sides, role=roles, pick=picks)
    def withdraw(self, side: str, other: str, role: str, pick: int) -> None:
        if ref := self.clue(side, pick):
            with suppress(Refusal):
                withdraw_clue(_CAST[other][role], ref=ref)

    @rule(side=sides, role=roles, pick=picks, resume=st.booleans())
    def suspend(self, side: str, role: str, pick: int, resume: bool) -> None:
        if ref := self.clue(side, pick):
            with suppress(Refusal):
                if resume:
                    resume_clue(_CAST[side][role], ref=ref)
                else:
                    suspend_clue(_CAST[side][role], ref=ref, reason="under review")

    @rule(side=sides, role=roles, verdict=verdicts, back=st.booleans())
    def opine(self, side: str, role: str, verdict: str, back: bool) -> None:
        asked = {} if back else {"verdict": verdict, "reason": "we know better"}
        with pytest.raises(Refusal):
            (withdraw_opinion if back else give_opinion)(_CAST[side][role], ref=_CAST["collision"], **asked)

    @rule(side=sides, role=roles, act=st.sampled_from(sorted(MEDDLING)))
    def meddle(self, side: str, role: str, act: str) -> None:
        with pytest.raises(Refusal):
            MEDDLING[act](_CAST[side][role], _CAST["collision"])

    @precondition(lambda self: WarningVersion.objects.count() < 2)
    @rule(side=sides, mine=st.booleans())
    def propose(self, side: str, mine: bool) -> None:
        """A list that names a value of others, or one's own: the two of one owner never put it in force."""
        value = lists.exact(VALUES[0] if mine else _CAST["shared"], "not what it says")
        with suppress(Refusal):
            lists.propose(_CAST[side]["lead"], value, code=f"list-{side}")

    @rule(side=sides, role=st.sampled_from(["lead", "second"]))
    def approve_list(self, side: str, role: str) -> None:
        for version in WarningVersion.objects.filter(state="proposed"):
            entries = [lists.exact(entry.value, entry.label) for entry in version.entries.all()]
            with suppress(Refusal):
                approve_version(_CAST[side][role], ref=version.ref, epoch=EPOCH, digests=lists.blob(entries))

    @rule()
    def night(self) -> None:
        expire_clues()
        rescore()
        close_day()

    @invariant()
    def nothing_of_theirs_collides(self) -> None:
        assert not Party.objects.filter(institution_id__in=self.group).exists()
        mine = Sighting.objects.filter(institution_id__in=self.group).values("digest")
        assert not Collision.objects.filter(digest__in=mine).exists()

    @invariant()
    def the_others_are_as_they_were(self) -> None:
        assert self.others() == self.before

    @invariant()
    def no_list_is_in_force(self) -> None:
        assert not WarningVersion.objects.filter(state="active").exists()
        assert not Digest.objects.filter(hold__in=[Digest.Hold.WARNED, Digest.Hold.DELISTED]).exists()


def _people(cast: Cast, institution: Any, analyst: Any, name: str) -> dict[str, Actor | int]:
    return {
        "institution": institution.pk,
        "analyst": actor(analyst),
        "lead": actor(person(institution, Role.LEAD, f"First {name}")),
        "second": actor(person(institution, Role.LEAD, f"Second {name}")),
        "system": system_of(institution),
    }


def test_one_owner_corroborates_nothing(cast: Cast) -> None:
    _CAST.update(
        bank=_people(cast, cast.harbour_bank, cast.harbour_bank_analyst, "Bank"),
        leasing=_people(cast, cast.harbour_leasing, cast.harbour_leasing_analyst, "Leasing"),
        shared="the others'",
    )
    file(actor(cast.north_analyst), row("the others'"), row("north's alone"), match=True)
    file(actor(cast.south_analyst), row("the others'"), match=True)
    _CAST["collision"] = Collision.objects.get().ref
    rescore()
    run_state_machine_as_test(
        OneOwner,
        settings=settings(
            max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
