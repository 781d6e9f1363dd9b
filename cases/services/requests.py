"""Evidence requests (调取证据通知书): a unit's notice to one participant, and that one's answer.

Only the police and the participant it is addressed to learn of a request: it is no business of the others.
"""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from cases.documents import checked_day, checked_number, today
from cases.models import Case, CustodyEntry, Evidence, EvidenceRequest
from cases.queries.cases import case_to_change, participants_of
from cases.queries.police import proceeding_to_change, requests_in
from cases.rights import Right
from cases.sealing import seal
from cases.services.custody import enter, lock_evidence
from cases.services.telling import happened
from cases.words import checked_words
from kit.actor import Actor
from kit.errors import Conflict, Invalid, NotFound
from notices.services.events import NewEvent, publish

LONGEST_TEXT = 2000
State = EvidenceRequest.State


def request_evidence(
    actor: Actor, ref: UUID, *, to: UUID, document: str, dated_on: date, items: str, due_on: date
) -> EvidenceRequest:
    """Ask one participant (its institution's reference) for evidence under a notice, by a day.

    `items` say what is asked for, without a plain indicator: a value is asked for by a disclosure. Raises Forbidden,
    NotFound, Conflict for a closed case, and Invalid, naming the field.
    """
    said = checked_words(items, "items", LONGEST_TEXT)
    with transaction.atomic():
        case, unit = proceeding_to_change(actor, ref)
        if case.state == Case.State.CLOSED:
            raise Conflict(_("This case is closed: nothing is added to it any more."), code="case_closed")
        addressee = participants_of(case).filter(is_police=False, institution__ref=to).first()
        if addressee is None:
            message = _("Choose an institution that takes part in this case.")
            raise Invalid(message, errors={"to": [message]})
        if due_on < today():
            message = _("Choose today or a later day.")
            raise Invalid(message, errors={"due_on": [message]})
        request_ref = uuid4()
        asked = EvidenceRequest.objects.create(
            ref=request_ref,
            participant=unit,
            to_id=addressee.institution_id,
            document=checked_number(document),
            dated_on=checked_day(dated_on, "dated_on"),
            items=seal(said, "request/items", request_ref),
            due_on=due_on,
            asked_by_id=actor.user,
        )
        happened(
            actor, case, "police.evidence_requested", asked.ref, event="", police_only=True, due=due_on.isoformat()
        )
        publish([NewEvent(asked.to_id, "evidence.requested", case.ref)])
    return asked


def answer_request(
    actor: Actor, ref: UUID, *, request: UUID, answer: str, evidence: Collection[UUID] = (), refused: bool = False
) -> EvidenceRequest:
    """Answer a request addressed to the actor's institution, with evidence of its own in the case, or refuse it.

    Handing over stands in the custody record of each piece. Raises Forbidden; NotFound for a request that is not the
    institution's; Conflict for one that is answered; Invalid, naming the field.
    """
    said = checked_words(answer, "answer", LONGEST_TEXT)
    with transaction.atomic():
        case = case_to_change(actor, ref, Right.CONTRIBUTE, closed=True)
        asked = requests_in(actor, case).filter(ref=request, to_id=actor.own_institution()).first()
        if asked is None:
            raise NotFound
        if asked.state != State.OPEN:
            raise Conflict(_("This request is not open any more."), code="request_decided")
        items = _own_evidence(actor, case, evidence)
        if refused and items:
            message = _("A request that cannot be answered takes no evidence.")
            raise Invalid(message, errors={"evidence": [message]})
        for item in items:
            held = lock_evidence(item.pk)
            # Without the notice's number: all who take part read the record, and the request is not theirs to know of.
            enter(actor, held, CustodyEntry.Act.TRANSFERRED, to=asked.participant)
        Evidence.objects.filter(pk__in=[item.pk for item in items]).update(request=asked)
        asked.state = State.REFUSED if refused else State.ANSWERED
        asked.answer = seal(said, "request/answer", asked.ref)
        asked.answered_by_id, asked.answered_at = actor.user, timezone.now()
        asked.save(update_fields=["state", "answer", "answered_by", "answered_at"])
        facts: dict[str, Any] = {"state": asked.state, "evidence": len(items)}
        happened(actor, case, "police.request_answered", asked.ref, police_only=True, **facts)
    return asked


def withdraw_request(actor: Actor, ref: UUID, *, request: UUID) -> EvidenceRequest:
    """Take back a request of the actor's own unit that nobody has answered. Raises Forbidden, NotFound, Conflict."""
    with transaction.atomic():
        case, unit = proceeding_to_change(actor, ref)
        asked = requests_in(actor, case).filter(ref=request, participant=unit).first()
        if asked is None:
            raise NotFound
        if asked.state != State.OPEN:
            raise Conflict(_("This request is not open any more."), code="request_decided")
        asked.state = State.WITHDRAWN
        asked.save(update_fields=["state"])
        happened(actor, case, "police.request_withdrawn", asked.ref, event="", police_only=True)
        publish([NewEvent(asked.to_id, "case.changed", case.ref)])
    return asked


def _own_evidence(actor: Actor, case: Case, refs: Collection[UUID]) -> list[Evidence]:
    """The institution's own pieces, in a fixed order: two answers at once lock them alike."""
    chosen = set(refs)
    found = Evidence.objects.filter(
        case=case, ref__in=chosen, institution_id=actor.own_institution(), erased_at=None, request=None
    )
    items = list(found.order_by("pk"))
    if len(items) != len(chosen):
        message = _("Choose evidence of your institution in this case that answers no other request.")
        raise Invalid(message, errors={"evidence": [message]})
    return items
