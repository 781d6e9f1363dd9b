"""The one place where a session, a credential or the system becomes an Actor."""

from kit.actor import Actor
from kit.capabilities import Capability
from members.models import Credential, Institution, User
from members.roles import capabilities_of, capabilities_of_scopes

TAKE_PART = frozenset({"member", "police", "issuer"})
"""The sides whose people act for their institution; a regulator reads, the operator runs the machine."""


def is_live(user: User) -> bool:
    """True for an active user of an active institution: who may sign in and stay signed in."""
    return user.is_active and user.institution.status == Institution.Status.ACTIVE


def actor_of_user(user: User) -> Actor:
    """The actor of a person; a suspended institution's or disabled user may do nothing."""
    takes_part = user.institution.side in TAKE_PART
    return Actor(
        ref=f"user:{user.ref}",
        institution=user.institution_id if takes_part else None,
        institution_ref=user.institution.ref if takes_part else None,
        side=user.institution.side if takes_part else "",
        user=user.pk,
        capabilities=capabilities_of(user.roles) if is_live(user) else frozenset(),
    )


def actor_of_session(user: User) -> Actor:
    """The actor of a signed-in person as `queries.users.user_of_session` returns them.

    Without a second factor they may do nothing but enrol one; the middleware redirects, this stands behind it.
    """
    actor = actor_of_user(user)
    return actor if user.has_second_factor else Actor(ref=actor.ref, user=actor.user)


def actor_of_credential(credential: Credential) -> Actor:
    """The actor of a member's system; nothing for a credential that is dead or whose institution is suspended."""
    live = credential.is_live and credential.institution.status == Institution.Status.ACTIVE
    return Actor(
        ref=f"credential:{credential.ref}",
        institution=credential.institution_id,
        institution_ref=credential.institution.ref,
        side=credential.institution.side,
        capabilities=capabilities_of_scopes(credential.scopes) if live else frozenset(),
    )


def anonymous() -> Actor:
    """Nobody in particular; may do nothing."""
    return Actor(ref="anonymous")


def system_actor(name: str, *capabilities: Capability) -> Actor:
    """The platform itself, for tasks: it holds only what the task names."""
    return Actor(ref=f"system:{name}", capabilities=frozenset(capabilities))
