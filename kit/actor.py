"""Who is asking. Every service and scoped query takes an Actor first."""

from dataclasses import dataclass, field
from uuid import UUID

from kit.capabilities import Capability
from kit.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Actor:
    """A session, an API credential or the system itself, as the services see it.

    `ref` names it in the audit log: `user:<uuid>`, `credential:<uuid>` or `system:<name>`.
    `institution` is the primary key of the member, police unit or issuer they belong to; None for the system, a
    regulator and the operator, who take part in nothing.
    """

    ref: str
    institution: int | None = None
    institution_ref: UUID | None = None
    side: str = ""
    """What that institution is to the alliance: `member`, `police` or `issuer`."""
    user: int | None = None
    capabilities: frozenset[Capability] = field(default_factory=frozenset)

    def may(self, capability: Capability) -> bool:
        """True if this actor holds the capability."""
        return capability in self.capabilities

    def require(self, capability: Capability) -> None:
        """Raise Forbidden unless this actor holds the capability."""
        if capability not in self.capabilities:
            raise Forbidden(
                "Your roles do not allow this. “What I may do” in the account menu says who can grant it.",
                code="capability_missing",
                capability=str(capability),
            )

    def own_institution(self) -> int:
        """The primary key of the actor's institution; raise Forbidden for one that has none."""
        if self.institution is None:
            raise Forbidden(code="no_institution", detail="Only an institution that takes part can do this.")
        return self.institution

    def own_member(self) -> int:
        """The primary key of the actor's institution if it is a member; raise Forbidden for all others."""
        if self.side != "member":
            raise Forbidden(code="no_member", detail="Only a member of the alliance can do this.")
        return self.own_institution()
