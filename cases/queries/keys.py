"""Public keys: those that something may be sealed to now, the directory with its history, and one's own.

A key is live while it is not revoked, its institution is not suspended and, if it is a person's, that person is active:
nothing is sealed to any other. `recipients_of` a case are the live keys of those who take part in it now.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from cases.models import Case, Participant, PublicKey
from cases.queries.cases import case_for, participants_of
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import NotFound
from privacy.encoding import b64

ACTIVE = "active"
NOT_SERVED = ("lost", "compromised")
"""Ends of a key to which nothing is handed out any more: somebody else may hold the private half."""
OFFICES = ("police", "issuer")
"""Whose keys every reader of the directory sees: facts are sent to them outside cases too."""
LIVE = Q(revoked_at=None, institution__status=ACTIVE) & (Q(user=None) | Q(user__is_active=True))


@dataclass(frozen=True, slots=True)
class Recipient:
    """A live key, as whoever seals something needs it. `holder` is a person's name; empty for the institution's key."""

    key: UUID
    fingerprint: str
    public: bytes
    name: str
    institution: UUID
    institution_name: str
    holder: str
    is_own: bool

    def to_json(self) -> dict[str, Any]:
        """As the JSON doors send it: `public` is base64url, references are text."""
        return {
            "key": str(self.key),
            "fingerprint": self.fingerprint,
            "public": b64(self.public),
            "name": self.name,
            "institution": str(self.institution),
            "institution_name": self.institution_name,
            "holder": self.holder,
            "own": self.is_own,
        }


def live_keys(institutions: Collection[int]) -> QuerySet[PublicKey]:
    """The live keys of these institutions (primary keys). The caller has decided that its actor may know them."""
    return (
        PublicKey.objects.filter(LIVE, institution__in=institutions)
        .select_related("institution", "user")
        .order_by("institution_id", "published_at", "pk")
    )


def recipients_at(actor: Actor, institutions: Collection[int]) -> list[Recipient]:
    """`live_keys` as recipients."""
    return [_recipient(actor, key) for key in live_keys(institutions)]


def recipients_of(actor: Actor, case: Case, institution: UUID | None = None) -> list[Recipient]:
    """The live keys of those who take part in a case that was fetched for the actor, or of one of them.

    Raises NotFound for an institution that takes no part.
    """
    taking_part = participants_of(case)
    if institution is not None:
        taking_part = taking_part.filter(institution__ref=institution)
        if not taking_part.exists():
            raise NotFound
    return recipients_at(actor, [one.institution_id for one in taking_part])


def recipients_for(actor: Actor, ref: UUID, institution: UUID | None) -> list[Recipient]:
    """`recipients_of` the case with this reference. Raises Forbidden, NotFound."""
    return recipients_of(actor, case_for(actor, ref), institution)


def is_own(actor: Actor, key: PublicKey) -> bool:
    """Whether the actor may hold the private half: the key is their institution's, or theirs in person."""
    return key.institution_id == actor.institution and (key.user_id is None or key.user_id == actor.user)


def own_keys(actor: Actor) -> QuerySet[PublicKey]:
    """The keys, live or not, whose private halves the actor may hold."""
    whose = Q(user=None) if actor.user is None else Q(user=None) | Q(user=actor.user)
    return PublicKey.objects.filter(whose, institution_id=actor.own_institution())


def serving_keys(actor: Actor) -> QuerySet[PublicKey]:
    """`own_keys` that what was sealed to them is handed out for: replaced ones too, none that was lost or stolen."""
    return own_keys(actor).exclude(end__in=NOT_SERVED)


def directory_for(actor: Actor) -> Sequence[PublicKey]:
    """Every key, past ones too, of the own institution, of those it is in a case with, and of police and issuers.

    Of nobody else: a directory of all would tell who belongs to the alliance. Newest first. Raises Forbidden.
    """
    actor.require(Capability.PUBLISH_KEYS)
    own = actor.own_institution()
    known = Q(institution=own) | Q(institution__kind__in=OFFICES)
    if actor.may(Capability.VIEW_CASES):
        mine = Participant.objects.filter(institution=own, left_at=None, case__rights__group__name=f"institution:{own}")
        beside = Participant.objects.filter(case__in=mine.values("case"), left_at=None)
        known |= Q(institution__in=beside.values("institution"))
    found = PublicKey.objects.filter(known).select_related("institution", "user", "replaces")
    return list(found.order_by("-published_at", "-pk"))


def locked_keys(refs: Iterable[UUID]) -> dict[UUID, PublicKey]:
    """These keys by reference, locked in the caller's transaction so that none ends; before a case, as endings do."""
    found = PublicKey.objects.select_for_update(no_key=True).filter(ref__in=list(refs)).order_by("pk")
    return {key.ref: key for key in found}


def own_key_to_change(actor: Actor, ref: UUID) -> PublicKey:
    """A key of the actor's institution, its row locked in the caller's transaction. Raises NotFound.

    A colleague's key is theirs to end; whoever manages cases for the institution may end it for them.
    """
    # Not its key: whoever seals to it under a case's lock is not held up, while who ends it waits for that case.
    found = PublicKey.objects.select_for_update(of=("self",), no_key=True).select_related("institution")
    key = found.filter(ref=ref, institution_id=actor.own_institution()).first()
    if key is None or not (is_own(actor, key) or actor.may(Capability.MANAGE_CASES)):
        raise NotFound
    return key


def _recipient(actor: Actor, key: PublicKey) -> Recipient:
    return Recipient(
        key=key.ref,
        fingerprint=key.fingerprint,
        public=bytes(key.public),
        name=key.name,
        institution=key.institution.ref,
        institution_name=str(key.institution),
        holder=key.user.name if key.user else "",
        is_own=is_own(actor, key),
    )
