"""Opening a case."""

from collections.abc import Collection, Sequence
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_noop as _

from cases.models import Case, CaseCollision, Participant
from cases.rights import OF_LEAD
from cases.sealing import seal
from cases.services.rights import grant_rights
from cases.services.telling import happened
from intel.queries.queue import own_party
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Invalid

MOST_COLLISIONS = 200


def open_case(actor: Actor, *, title: str, summary: str = "", typology: str, collisions: Collection[UUID]) -> Case:
    """Open a case of the actor's institution on collisions (references) it is a party to. Nobody else learns of it yet.

    Raises Forbidden; NotFound for a collision the institution is no party to; Invalid without one, or for too many.
    """
    actor.require(Capability.WORK_CASES)
    institution = actor.own_institution()
    refs: Sequence[UUID] = sorted(set(collisions))
    if not 1 <= len(refs) <= MOST_COLLISIONS:
        message = _("A case is opened on 1 to 200 collisions.")
        raise Invalid(message, errors={"collisions": [message]})
    parties = [own_party(actor, ref) for ref in refs]
    with transaction.atomic():
        ref = uuid4()
        case = Case.objects.create(
            ref=ref,
            title=seal(title, "case/title", ref),
            summary=seal(summary, "case/summary", ref) if summary else None,
            typology=typology,
            lead_id=institution,
            opened_by_id=actor.user,
        )
        Participant.objects.create(case=case, institution_id=institution)
        grant_rights(case, institution, OF_LEAD)
        for party in parties:
            collision = party.collision
            CaseCollision.objects.create(
                case=case,
                digest_id=collision.digest_id,
                collision=collision.ref,
                kind=collision.kind,
                added_by_id=institution,
            )
        happened(actor, case, "case.opened", case.ref, collisions=len(parties))
    return case
