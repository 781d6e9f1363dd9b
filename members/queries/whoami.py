"""What the asker may do, what they may not, and who could change that."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from kit.actor import Actor
from kit.capabilities import Capability
from members.models import Credential, Institution, User
from members.queries.credentials import credential_of_actor
from members.queries.users import admins_of, own_user
from members.roles import CAPABILITIES, MEANINGS, ROLES_BY_SIDE, SCOPES, Role, Scope


@dataclass(frozen=True, slots=True)
class Right:
    """A capability and what it means; for a missing one, the roles or scopes of this side that hold it."""

    capability: str
    meaning: str | Promise
    granted_by: tuple[str | Promise, ...] = ()


@dataclass(frozen=True, slots=True)
class WhoAmI:
    """The asker: a person with roles or a credential with scopes."""

    name: str
    email: str
    institution: Institution
    holds: tuple[str | Promise, ...]
    has: tuple[Right, ...]
    lacks: tuple[Right, ...]
    admins: tuple[User, ...]
    """Who can grant what is missing; empty where only the operator's host command can."""
    expires_at: datetime | None = None


def whoami(actor: Actor) -> WhoAmI:
    """The asker as they are. Raises NotFound for an actor that is neither a person nor a credential."""
    credential = credential_of_actor(actor)
    if credential is not None:
        return _of_credential(actor, credential)
    user = own_user(actor)
    side = user.institution.side
    return WhoAmI(
        name=user.name,
        email=user.email,
        institution=user.institution,
        holds=tuple(Role(role).label for role in user.roles),
        has=_has(actor),
        lacks=_lacks(actor, {role: CAPABILITIES[role] for role in sorted(ROLES_BY_SIDE[side])}, Role),
        admins=tuple(admins_of(user.institution_id)),
    )


def _of_credential(actor: Actor, credential: Credential) -> WhoAmI:
    return WhoAmI(
        name=credential.name,
        email="",
        institution=credential.institution,
        holds=tuple(credential.scopes),
        has=_has(actor),
        lacks=_lacks(actor, dict(SCOPES), Scope),
        admins=tuple(admins_of(credential.institution_id)),
        expires_at=credential.expires_at,
    )


def _has(actor: Actor) -> tuple[Right, ...]:
    return tuple(Right(capability, MEANINGS[capability]) for capability in Capability if actor.may(capability))


def _lacks(actor: Actor, table: dict[str, frozenset[Capability]], words: type[Role] | type[Scope]) -> tuple[Right, ...]:
    missing = []
    for capability in Capability:
        holders = tuple(words(name).label for name, holds in table.items() if capability in holds)
        if holders and not actor.may(capability):
            missing.append(Right(capability, MEANINGS[capability], holders))
    return tuple(missing)
