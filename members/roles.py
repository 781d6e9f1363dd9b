"""Roles and what each may do: the one table."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from kit.capabilities import Capability as C


class Role(TextChoices):
    """What a person is to the alliance; one person may hold several roles of one side."""

    ANALYST = "analyst", _("Analyst")
    LEAD = "lead", _("Lead")
    INSTITUTION_ADMIN = "institution_admin", _("Institution admin")
    POLICE_OFFICER = "police_officer", _("Police officer")
    ISSUER_CLERK = "issuer_clerk", _("Issuer's clerk")
    REGULATOR = "regulator", _("Regulator")
    OPERATOR_SYSTEM = "operator_system", _("System operator")
    OPERATOR_SECURITY = "operator_security", _("Security operator")
    OPERATOR_AUDIT = "operator_audit", _("Audit operator")


_ANALYST = frozenset(
    {C.SUBMIT, C.WITHDRAW, C.VIEW_SUBMISSIONS, C.VIEW_COLLISIONS, C.BE_TOLD, C.READ_EVENTS}
    | {C.EVALUATE, C.VIEW_BUDGETS}
    | {C.GIVE_OPINION, C.VIEW_QUALITY, C.TRIAGE}
    | {C.VIEW_CASES, C.WORK_CASES, C.PUBLISH_KEYS, C.ASK_ISSUERS}
)

CAPABILITIES: dict[str, frozenset[C]] = {
    Role.ANALYST: _ANALYST,
    Role.LEAD: _ANALYST
    | {C.REQUEST_BUDGET, C.APPROVE_BUDGET, C.MANAGE_WARNINGS, C.REVIEW_HOLDS, C.DECIDE_CLUES}
    | {C.HANDSHAKE, C.MANAGE_CASES, C.DECIDE_DISCLOSURES},
    Role.INSTITUTION_ADMIN: frozenset(
        {C.MANAGE_USERS, C.MANAGE_CREDENTIALS, C.MANAGE_WEBHOOKS, C.BE_TOLD, C.VIEW_BUDGETS, C.APPROVE_BUDGET}
        | {C.SET_FOUR_EYES, C.VIEW_QUALITY}
    ),
    Role.POLICE_OFFICER: frozenset(
        {C.VIEW_CASES, C.WORK_CASES, C.INVESTIGATE, C.PUBLISH_KEYS, C.ANSWER_PAPERS, C.EVALUATE, C.BE_TOLD}
    ),
    Role.ISSUER_CLERK: frozenset({C.ANSWER_PAPERS, C.PUBLISH_KEYS, C.BE_TOLD}),
    Role.REGULATOR: frozenset({C.VIEW_REPORTS}),
    Role.OPERATOR_SYSTEM: frozenset({C.ONBOARD, C.OPERATE, C.DECIDE_RULES}),
    Role.OPERATOR_SECURITY: frozenset(
        {C.GRANT_BUDGET, C.MANAGE_KEYS, C.OPERATE, C.RELEASE_FILINGS, C.MANAGE_RULES, C.DECIDE_RULES}
    ),
    Role.OPERATOR_AUDIT: frozenset({C.READ_AUDIT}),
}

# Which roles a user of each kind of institution may hold: the three operator roles stay apart (等保三级).
ROLES_BY_SIDE: dict[str, frozenset[str]] = {
    "member": frozenset({Role.ANALYST, Role.LEAD, Role.INSTITUTION_ADMIN}),
    "police": frozenset({Role.POLICE_OFFICER}),
    "issuer": frozenset({Role.ISSUER_CLERK}),
    "regulator": frozenset({Role.REGULATOR}),
    "operator": frozenset({Role.OPERATOR_SYSTEM, Role.OPERATOR_SECURITY, Role.OPERATOR_AUDIT}),
}

# Whom a system operator may invite and manage. The other two operator roles come from the host's command line only, so
# no operator can appoint the one who watches over them.
ONBOARDED_ROLES: frozenset[str] = frozenset(
    {Role.POLICE_OFFICER, Role.ISSUER_CLERK, Role.REGULATOR, Role.OPERATOR_SYSTEM}
)

# At most one of these a person (等保三级: the three duties stay apart).
EXCLUSIVE_ROLES: frozenset[str] = ROLES_BY_SIDE["operator"]


class Scope(TextChoices):
    """What an API credential was created for; never more than a member's people may do.

    `approved` says that the member's own system has had each clue approved by a second person, so that none waits for
    one here. Whoever may set from when clues wait may give it: an institution's admin, who files nothing.
    """

    SUBMIT = "submit", _("Submit and withdraw clues")
    EVALUATE = "evaluate", _("Evaluate blinded elements")
    COLLISIONS = "collisions", _("Read collisions")
    TRIAGE = "triage", _("Accept, reject and snooze collisions")
    BUDGETS = "budgets", _("Request and approve budgets")
    EVENTS = "events", _("Read events")
    WARNINGS = "warnings", _("Propose and approve warning lists")
    APPROVED = "approved", _("File what your own system has had approved by a second person")
    OPINIONS = "opinions", _("Give opinions on collisions")
    HANDSHAKES = "handshakes", _("Offer handshakes: open your institution's name in a collision")
    CASES = "cases", _("Work on your institution's cases: comments, tasks, evidence, keys, packages")


SCOPES: dict[str, frozenset[C]] = {
    Scope.SUBMIT: frozenset({C.SUBMIT, C.WITHDRAW, C.VIEW_SUBMISSIONS}),
    Scope.EVALUATE: frozenset({C.EVALUATE, C.VIEW_BUDGETS}),
    Scope.COLLISIONS: frozenset({C.VIEW_COLLISIONS}),
    Scope.TRIAGE: frozenset({C.VIEW_COLLISIONS, C.TRIAGE}),
    Scope.BUDGETS: frozenset({C.VIEW_BUDGETS, C.REQUEST_BUDGET, C.APPROVE_BUDGET}),
    Scope.EVENTS: frozenset({C.READ_EVENTS}),
    Scope.WARNINGS: frozenset({C.MANAGE_WARNINGS}),
    Scope.APPROVED: frozenset({C.FILE_APPROVED}),
    Scope.OPINIONS: frozenset({C.GIVE_OPINION}),
    Scope.HANDSHAKES: frozenset({C.VIEW_COLLISIONS, C.HANDSHAKE}),
    Scope.CASES: frozenset({C.VIEW_CASES, C.WORK_CASES, C.PUBLISH_KEYS, C.ASK_ISSUERS}),
}

# What each capability lets one do, for `whoami`.
MEANINGS = {
    C.SUBMIT: _("File clues"),
    C.WITHDRAW: _("Withdraw your institution's clues"),
    C.VIEW_SUBMISSIONS: _("See your institution's submissions"),
    C.VIEW_COLLISIONS: _("See your institution's collisions"),
    C.TRIAGE: _("Accept, reject, snooze and assign collisions in your institution's queue"),
    C.EVALUATE: _("Have values blinded and evaluated"),
    C.VIEW_BUDGETS: _("See your institution's declared budgets"),
    C.REQUEST_BUDGET: _("Ask for a declared budget"),
    C.APPROVE_BUDGET: _("Approve a declared budget someone else asked for"),
    C.GRANT_BUDGET: _("Grant declared budgets"),
    C.MANAGE_USERS: _("Manage your institution's users"),
    C.MANAGE_CREDENTIALS: _("Manage your institution's API credentials and signing keys"),
    C.BE_TOLD: _("Watch, and be told of what collides"),
    C.READ_EVENTS: _("Read your institution's events in order"),
    C.MANAGE_WEBHOOKS: _("Manage your institution's webhooks"),
    C.MANAGE_WARNINGS: _("Propose and approve warning lists"),
    C.DECIDE_CLUES: _("Approve or refuse clues that a colleague filed, suspend and resume clues"),
    C.FILE_APPROVED: _("File clues that a second person approved in your own system"),
    C.SET_FOUR_EYES: _("Set from which grade of proof clues wait for a second person"),
    C.GIVE_OPINION: _("Give your institution's opinion on collisions"),
    C.HANDSHAKE: _("Offer a handshake: open your institution's name to another one of a collision"),
    C.VIEW_QUALITY: _("See your institution's quality and contribution"),
    C.RELEASE_FILINGS: _("Release filings of institutions in band D"),
    C.REVIEW_HOLDS: _("Review what is over-common, and delist what is false"),
    C.VIEW_CASES: _("See the cases your institution or unit takes part in"),
    C.WORK_CASES: _("Open cases and work on them: comments, tasks, evidence, disclosures"),
    C.MANAGE_CASES: _("Invite into cases, accept invitations, remove, close and hand over"),
    C.DECIDE_DISCLOSURES: _("Approve or refuse a disclosure that a colleague proposed"),
    C.INVESTIGATE: _("Set the police status, record measures, request evidence, file seized lists"),
    C.PUBLISH_KEYS: _("Publish and revoke keys that values and evidence are encrypted to"),
    C.ASK_ISSUERS: _("Ask an issuer whether a paper is genuine"),
    C.ANSWER_PAPERS: _("Answer whether a paper of yours is genuine"),
    C.VIEW_REPORTS: _("Read the alliance's aggregate reports"),
    C.ONBOARD: _("Onboard institutions and circles"),
    C.OPERATE: _("See jobs and health"),
    C.MANAGE_KEYS: _("See key epochs, rotate server keys"),
    C.MANAGE_RULES: _("Propose scoring rules and run them in shadow"),
    C.DECIDE_RULES: _("Put a scoring rule into force that somebody else proposed"),
    C.READ_AUDIT: _("Read the audit log"),
}


def capabilities_of(roles: list[str]) -> frozenset[C]:
    """The union of what these roles may do; an unknown role gives nothing."""
    return frozenset().union(*(CAPABILITIES.get(role, frozenset()) for role in roles))


def capabilities_of_scopes(scopes: list[str]) -> frozenset[C]:
    """The union of what these scopes allow; an unknown scope gives nothing."""
    return frozenset().union(*(SCOPES.get(scope, frozenset()) for scope in scopes))
