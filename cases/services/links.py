"""Working on two cases together (串并案): one offers, the other agrees, and then each knows the other's lead."""

from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from audit import services as audit
from cases.models import Case, CaseLink
from cases.queries.cases import case_for, case_to_change
from cases.queries.related import unseen_related
from cases.rights import Right
from cases.services.telling import happened
from kit.actor import Actor
from kit.errors import Conflict, NotFound
from notices.services.events import NewEvent, publish


def offer_link(actor: Actor, *, case: UUID, other: UUID) -> CaseLink:
    """Offer that a case the actor may see too be worked on together with this one; its lead agrees.

    Where the actor's institution leads both, they are linked at once. Raises NotFound for either, Forbidden, Conflict
    in a closed case or where they are linked or offered.
    """
    with transaction.atomic():
        row = case_to_change(actor, case, Right.MANAGE)
        second = case_for(actor, other)
        if row.pk == second.pk:
            raise NotFound
        both = second.lead_id == row.lead_id
        link = _offer(actor, row, second, CaseLink.State.LINKED if both else CaseLink.State.OFFERED)
        if link is None:
            raise Conflict(_("These two cases are linked, or it was offered."), code="link_exists")
        happened(actor, row, "case.link_agreed" if both else "case.link_offered", link.ref)
        return link


def offer_links(actor: Actor, *, case: UUID) -> None:
    """Offer to whatever open, findable cases share values with this one, and that the actor does not see, to be linked.

    Answers the same however many there are, none included. A lead that agrees shows its institution's name and gets
    this one's. Raises NotFound, Forbidden, Conflict in a closed case.
    """
    with transaction.atomic():
        row = case_to_change(actor, case, Right.MANAGE)
        for second in unseen_related(actor, row).order_by("pk"):
            link = _offer(actor, row, second, CaseLink.State.OFFERED)
            if link is not None:
                publish([NewEvent(second.lead_id, "case.changed", second.ref)])
        # One entry, whatever was found: the log and the timeline tell no more than the answer does.
        happened(actor, row, "case.link_offered", row.ref, event="")


def answer_link(actor: Actor, *, case: UUID, link: UUID, accept: bool) -> None:
    """Agree to an offer to this case, or decline it. The other case's lead learns that it was agreed, or nothing.

    Raises NotFound for the case, and for an offer of a case that has closed or hidden itself meanwhile; Forbidden.
    """
    with transaction.atomic():
        row = case_to_change(actor, case, Right.MANAGE)
        offers = CaseLink.objects.select_for_update(of=("self",)).filter(second=row, state=CaseLink.State.OFFERED)
        live = Q(first__state=Case.State.OPEN, first__is_findable=True)
        found = offers.filter(live, ref=link).select_related("first").first()
        if found is None:
            raise NotFound
        found.state = CaseLink.State.LINKED if accept else CaseLink.State.DECLINED
        found.decided_at = timezone.now()
        found.save(update_fields=["state", "decided_at"])
        if accept:
            happened(actor, row, "case.link_agreed", found.ref)
            publish([NewEvent(found.first.lead_id, "case.changed", found.first.ref)])
        else:
            audit.record(actor, "case.link_declined", found.ref)


def _offer(actor: Actor, first: Case, second: Case, state: str) -> CaseLink | None:
    """A new row, or None where the pair has one already, in either direction; a declined one stays declined."""
    pair = Q(first=first, second=second) | Q(first=second, second=first)
    if CaseLink.objects.filter(pair).exists():
        return None
    return CaseLink.objects.create(
        ref=uuid4(),
        first=first,
        second=second,
        state=state,
        offered_by_id=actor.own_institution(),
        decided_at=timezone.now() if state == CaseLink.State.LINKED else None,
    )
