"""Other cases that share digests with one (串并案): what its readers may learn of them.

A case that the reader may see is named. Of any other, the reader learns at most how many of their own institution's
values here stand in some open case elsewhere: not in how many cases, whose, or with what. For that both cases must be
open and findable; one that is closed, or keeps itself unfindable, leaves no trace in any query that runs here, so the
answer is the same, byte for byte, as if it did not exist.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from cases.models import Case, CaseCollision, CaseLink, HandOver
from cases.queries.cases import cases_for, rights_on
from cases.rights import Right
from cases.sealing import unseal
from intel.queries.in_cases import own_among
from intel.typologies import name_of
from kit.actor import Actor

MOST_RELATED = 50


@dataclass(frozen=True, slots=True)
class RelatedCase:
    """A case the reader may see as well, and how many digests it shares with this one. `link` is a link's state."""

    ref: UUID
    title: str
    typology: str
    lead: str
    state: str
    shared: int
    link: str


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link with a case the reader may not see. `lead` is that case's lead institution, once both have agreed."""

    ref: UUID
    lead: str
    state: str
    may_answer: bool


@dataclass(frozen=True, slots=True)
class Related:
    """What a case's page says of others. `elsewhere` is how many of the reader's own values stand in an unseen case."""

    seen: Sequence[RelatedCase]
    elsewhere: int
    links: Sequence[LinkRow]
    may_link: bool
    has_offered: bool
    """The case has offered to be linked to whatever unseen cases share its values."""


def related_to(actor: Actor, case: Case) -> Related:
    """What the actor may learn of cases that share digests with this one, which was fetched for it."""
    rights, manages = rights_on(actor, case), actor.institution == case.lead_id
    seen = _seen(actor, case)
    links = _links(actor, case, Right.MANAGE in rights)
    unseen = unseen_related(actor, case)
    elsewhere = _own_elsewhere(actor, case, unseen)
    offered = CaseLink.objects.filter(first=case, second__in=unseen, state=CaseLink.State.OFFERED)
    return Related(
        seen=seen,
        elsewhere=elsewhere,
        links=links,
        may_link=Right.MANAGE in rights and case.state == Case.State.OPEN,
        has_offered=manages and elsewhere > 0 and offered.exists(),
    )


def unseen_related(actor: Actor, case: Case) -> QuerySet[Case]:
    """The open, findable cases that share a digest with this open, findable one and that the actor may not see.

    They never leave the platform's own services and this module.
    """
    if case.state != Case.State.OPEN or not case.is_findable:
        return Case.objects.none()
    digests = CaseCollision.objects.filter(case=case).values("digest")
    there = CaseCollision.objects.filter(digest__in=digests).values("case")
    live = Case.objects.filter(pk__in=there, state=Case.State.OPEN, is_findable=True).exclude(pk=case.pk)
    return live.exclude(pk__in=cases_for(actor).values("pk"))


def _seen(actor: Actor, case: Case) -> list[RelatedCase]:
    digests = CaseCollision.objects.filter(case=case).values("digest")
    shared = Count("collisions", filter=Q(collisions__digest__in=digests))
    found = cases_for(actor).exclude(pk=case.pk).annotate(shared=shared).filter(shared__gt=0)
    rows = list(found.select_related("lead").order_by("-shared", "-opened_at", "-pk")[:MOST_RELATED])
    links = {
        (one.first_id, one.second_id): one.state
        for one in CaseLink.objects.filter(Q(first=case) | Q(second=case)).exclude(state=CaseLink.State.DECLINED)
    }
    return [
        RelatedCase(
            ref=one.ref,
            title=unseal(one.title, "case/title", one.ref),
            typology=name_of(one.typology),
            lead=str(one.lead),
            state=one.state,
            shared=one.shared,
            link=links.get((case.pk, one.pk)) or links.get((one.pk, case.pk)) or "",
        )
        for one in rows
    ]


def _own_elsewhere(actor: Actor, case: Case, unseen: QuerySet[Case]) -> int:
    items = CaseCollision.objects.filter(
        case=case, digest__in=CaseCollision.objects.filter(case__in=unseen).values("digest")
    )
    return len(own_among(actor, list(items.values_list("collision", flat=True))))


def _agreed_lead(link: CaseLink, other: Case) -> str:
    """The other case's lead, if it is the one that agreed; empty for one that took the lead over later."""
    taken_over = other.hand_overs.filter(state=HandOver.State.ACCEPTED, decided_at__gt=link.decided_at)
    return "" if taken_over.exists() else str(other.lead)


def _links(actor: Actor, case: Case, manages: bool) -> list[LinkRow]:
    """Links with cases the actor may not see: agreed ones, and offers to this case, which its lead answers."""
    visible = cases_for(actor).values("pk")
    agreed = CaseLink.objects.filter(Q(first=case) | Q(second=case), state=CaseLink.State.LINKED)
    rows = [
        LinkRow(link.ref, _agreed_lead(link, other), link.state, may_answer=False)
        for link in agreed.exclude(Q(first=case, second__in=visible) | Q(second=case, first__in=visible))
        .select_related("first__lead", "second__lead")
        .order_by("pk")
        for other in [link.second if link.first_id == case.pk else link.first]
    ]
    if case.state != Case.State.OPEN:
        return rows
    live = Q(first__state=Case.State.OPEN, first__is_findable=True)
    offers = CaseLink.objects.filter(live, second=case, state=CaseLink.State.OFFERED).exclude(first__in=visible)
    # To the lead's institution alone: the others learn of an unseen case how many of their own values stand there.
    if case.is_findable and actor.institution == case.lead_id:
        rows += [LinkRow(link.ref, "", link.state, may_answer=manages) for link in offers.order_by("pk")]
    seen = CaseLink.objects.filter(second=case, state=CaseLink.State.OFFERED, first__in=visible)
    rows += [
        LinkRow(link.ref, str(link.first.lead), link.state, may_answer=manages)
        for link in seen.select_related("first__lead").order_by("pk")
    ]
    return rows
