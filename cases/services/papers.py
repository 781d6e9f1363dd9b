"""Certificate checks: a member asks the purported issuer of a paper, which answers once, formally.

The facts on the paper are sealed by the asker's client to the live keys of both sides. The platform keeps cipher text,
bound to its row, and who asked whom about which sort of paper.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from audit import services as audit
from cases.documents import checked_number, today
from cases.models import Case, PaperCheck, PaperSeal, PublicKey
from cases.queries.cases import case_to_change
from cases.queries.keys import live_keys, serving_keys
from cases.queries.papers import paper_check_for, paper_checks_for
from cases.rights import Right
from cases.sealing import seal
from cases.services.sealed_facts import HeldFacts, facts_tag, hand_out
from cases.services.telling import happened
from intel.reasons import checked_reason
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Invalid, NotFound
from members.queries.institutions import issuers
from notices.services.events import NewEvent, publish
from privacy.hpke import OVERHEAD

PLACE = "paper"
WORKING_DAYS = 10
"""Within so many an answer is due; public holidays are not known here and count as working days."""
MOST_SEALED = 8 * 1024
SATURDAY = 5


def due_day(asked: date) -> date:
    """The day by which an answer is due: the tenth working day after the question."""
    day, left = asked, WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY
    return day


def ask_issuer(
    actor: Actor, *, ref: UUID, issuer: UUID, paper: str, seals: Mapping[UUID, bytes], case: UUID | None = None
) -> PaperCheck:
    """Ask an issuer (reference) about a paper, and return the check. `seals` are the facts by recipient's key.

    `ref` is drawn by the asker's client, because the facts are sealed to it; asking again under it changes nothing. In
    a case (reference) the participants see that it was asked and what was answered, not the facts. Raises Forbidden,
    NotFound, Invalid, and Conflict: "no_issuer_key" or "no_own_key" where a side has published none,
    "recipients_changed" where the keys are not exactly the live ones of both sides, "ref_taken", "case_closed".
    """
    actor.require(Capability.ASK_ISSUERS)
    own = actor.own_institution()
    _check(paper, seals)
    office = issuers().filter(ref=issuer).exclude(pk=own).first()
    if office is None:
        message = _("Choose an issuer from the list.")
        raise Invalid(message, errors={"issuer": [message]})
    with transaction.atomic():
        keys = _recipients(own, office.pk, seals)
        held = case_to_change(actor, case, Right.CONTRIBUTE) if case else None
        check, is_new = PaperCheck.objects.get_or_create(
            ref=ref,
            defaults={
                "asker_id": own,
                "issuer": office,
                "case": held,
                "paper": paper,
                "asked_by_id": actor.user,
                "due_on": due_day(today()),
            },
        )
        if not is_new:
            return _same(check, own, office.pk)
        PaperSeal.objects.bulk_create(
            PaperSeal(
                paper_check=check, key=keys[one], sealed=sealed, mac=facts_tag(PLACE, check.ref, keys[one], sealed)
            )
            for one, sealed in seals.items()
        )
        _tell(actor, check, held, "paper.asked", paper=paper)
        publish([NewEvent(office.pk, "paper.asked", check.ref)])
    return check


def answer_paper(actor: Actor, ref: UUID, *, answer: str, document: str, note: str = "") -> PaperCheck:
    """Answer for one's own office, once: `document` is the number of the formal answer. Final.

    Raises Forbidden, NotFound for a check that another office is asked, Invalid, Conflict "answered".
    """
    actor.require(Capability.ANSWER_PAPERS)
    document = checked_number(document)
    if answer not in PaperCheck.Answer.values:
        message = _("Choose one of the answers.")
        raise Invalid(message, errors={"answer": [message]})
    said = checked_reason(note, "note") if note.strip() else ""
    with transaction.atomic():
        mine = paper_checks_for(actor).filter(issuer_id=actor.own_institution())
        check = mine.select_for_update(of=("self",)).filter(ref=ref).first()
        if check is None:
            raise NotFound
        if check.answer:
            raise Conflict(_("This check is answered already; an answer is final."), code="answered")
        check.answer, check.answer_document = answer, document
        check.answer_note = seal(said, "papercheck/answer_note", check.ref) if said else None
        check.answered_by_id, check.answered_at = actor.user, timezone.now()
        check.save(update_fields=["answer", "answer_document", "answer_note", "answered_by", "answered_at"])
        _tell(actor, check, check.case, "paper.answered", answer=answer)
        publish([NewEvent(check.asker_id, "paper.answered", check.ref)])
    return check


def open_facts(actor: Actor, ref: UUID) -> Sequence[HeldFacts]:
    """The sealed facts for the actor's own keys, to be opened in their client; the look is recorded.

    Raises Forbidden, NotFound, and Conflict: "no_key" where they were sealed to no key of the actor's,
    "not_what_was_kept" where a row does not hold what was put there: that is recorded, too.
    """
    check = paper_check_for(actor, ref)
    found = (
        PaperSeal.objects.filter(paper_check=check, key__in=serving_keys(actor)).select_related("key").order_by("pk")
    )
    kinds = {"opened": "paper.opened", "refused": "paper.refused"}
    return hand_out(actor, found, place=PLACE, ref=check.ref, subject=check.ref, **kinds)


def _check(paper: str, seals: Mapping[UUID, bytes]) -> None:
    if paper not in PaperCheck.Paper.values:
        message = _("Choose the sort of paper.")
        raise Invalid(message, errors={"paper": [message]})
    if not seals or any(not OVERHEAD < len(sealed) <= MOST_SEALED for sealed in seals.values()):
        raise Invalid(_("The request is malformed."), code="malformed")


def _recipients(asker: int, issuer: int, seals: Mapping[UUID, bytes]) -> dict[UUID, PublicKey]:
    """The keys, locked: none is revoked between this and the commit."""
    locked = live_keys([asker, issuer]).select_for_update(of=("self",), no_key=True).order_by("pk")
    live = {key.ref: key for key in locked}
    sides = {key.institution_id for key in live.values()}
    if issuer not in sides:
        raise Conflict(_("This issuer has published no key yet, so nothing can be sealed to it."), code="no_issuer_key")
    if asker not in sides:
        raise Conflict(_("Publish a key of your institution first: nobody here could open this."), code="no_own_key")
    if set(live) != set(seals):
        raise Conflict(_("The recipients have changed: fetch them again."), code="recipients_changed")
    return live


def _same(check: PaperCheck, asker: int, issuer: int) -> PaperCheck:
    if (check.asker_id, check.issuer_id) != (asker, issuer):
        raise Conflict(_("This reference is taken: start again."), code="ref_taken")
    return check


def _tell(actor: Actor, check: PaperCheck, case: Case | None, kind: str, **facts: Any) -> None:
    if case is None:
        audit.record(actor, kind, check.ref, **facts)
    else:
        happened(actor, case, kind, check.ref, **facts)
