"""Reads of institutions for those who onboard them, and names for whom they were opened to."""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import NotFound
from kit.language import in_readers_language
from members.models import Institution, Membership, OwnershipGroup


@dataclass(frozen=True, slots=True)
class InstitutionName:
    """An institution's name in both languages; as text, the one in the reader's."""

    zh: str
    en: str

    def __str__(self) -> str:
        return in_readers_language(zh=self.zh, en=self.en)


def names_of(institutions: Collection[int]) -> dict[int, InstitutionName]:
    """Names by primary key. The caller has established that its reader may see each of them."""
    rows = Institution.objects.filter(pk__in=institutions).values_list("pk", "name_zh", "name_en")
    return {pk: InstitutionName(zh, en) for pk, zh, en in rows}


def institutions_for(actor: Actor) -> QuerySet[Institution]:
    """Every institution with its owner and `people`, the number of its active users; none without ONBOARD."""
    institutions = Institution.objects.select_related("group").order_by("kind", "name_zh", "pk")
    if not actor.may(Capability.ONBOARD):
        return institutions.none()
    return institutions.annotate(people=Count("users", filter=Q(users__is_active=True)))


def institution_for(actor: Actor, ref: UUID) -> Institution:
    """One institution; raise NotFound for an unknown one and for an actor who does not onboard."""
    institution = institutions_for(actor).filter(ref=ref).first()
    if institution is None:
        raise NotFound
    return institution


def owners_for(actor: Actor) -> list[str]:
    """The names of all ownership groups, for the onboarding form; none without ONBOARD."""
    if not actor.may(Capability.ONBOARD):
        return []
    return list(OwnershipGroup.objects.order_by("name").values_list("name", flat=True))


@dataclass(frozen=True, slots=True)
class FilingTerms:
    """What the filings of an institution are subject to: its band and from which grade of proof a clue waits."""

    band: str
    four_eyes_from: str

    @property
    def needs_release(self) -> bool:
        """In band D an operator lets filings through."""
        return self.band == Institution.Band.D


def filing_terms(institution: int) -> FilingTerms:
    """The terms of an institution (its primary key), for services. Raises Institution.DoesNotExist."""
    band, four_eyes_from = Institution.objects.values_list("band", "four_eyes_from").get(pk=institution)
    return FilingTerms(band, four_eyes_from)


def issuers() -> QuerySet[Institution]:
    """Active offices that papers are said to come from: police units and issuers. Every member may know of them."""
    offices = [Institution.Kind.POLICE, Institution.Kind.ISSUER]
    return Institution.objects.filter(kind__in=offices, status=Institution.Status.ACTIVE).order_by("kind", "name_zh")


def named_members() -> QuerySet[Institution]:
    """Active members that are in a circle whose membership is not confidential: their names may be told to the police.

    That one is in the alliance at all is told to nobody if it is in confidential circles alone.
    """
    open_circles = Membership.objects.filter(left_at=None, circle__is_confidential=False)
    members = Institution.objects.exclude(group=None).filter(status=Institution.Status.ACTIVE)
    return members.filter(pk__in=open_circles.values("institution")).order_by("name_zh")


def own_terms(actor: Actor) -> FilingTerms:
    """The terms of the actor's own institution. Raises Forbidden for an actor that has none."""
    return filing_terms(actor.own_institution())


def band_counts() -> Mapping[str, int]:
    """How many active members are in each band, A to D; whose they are stays closed."""
    members = Institution.objects.exclude(group=None).filter(status=Institution.Status.ACTIVE)
    found = dict(members.order_by().values_list("band").annotate(Count("pk")))
    return {band: found.get(band, 0) for band in Institution.Band.values}


def members_since() -> Mapping[int, datetime]:
    """When each member joined the alliance, by primary key."""
    return dict(Institution.objects.exclude(group=None).values_list("pk", "created_at"))


def names_an_institution(text: str) -> bool:
    """True if a text contains the name of an institution, in either language, however it is spaced or spelt wide."""
    said = _letters(text)
    names = Institution.objects.values_list("name_zh", "name_en")
    return any(name in said for pair in names for name in map(_letters, pair) if name)


def _letters(text: str) -> str:
    """Letters and digits alone: what blanks, hyphens and invisible characters between them cannot hide."""
    return "".join(one for one in unicodedata.normalize("NFKC", text).casefold() if one.isalnum())
