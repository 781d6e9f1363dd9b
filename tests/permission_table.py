"""Who may do what at which address: the table that tests/test_permissions.py walks (R01, R04).

A route that is missing here fails the test. `may` says, per method, who passes the door at all; `within` says, for an
address of an object, who may see that object: everybody else who passes the door gets the answer of an absent one.
"""

import json
from dataclasses import dataclass, replace

ANON = "anonymous"
ANALYST_A, LEAD_A, ADMIN_A = "analyst A", "lead A", "admin A"
ANALYST_B, LEAD_B, ADMIN_B = "analyst B", "lead B", "admin B"
OUTSIDER = "analyst of another circle"
CREDENTIAL_A, CREDENTIAL_B = "credential A", "credential B"
FILER_A, READER_A = "credential A that may only file", "credential A that may only read collisions"
POLICE, OTHER_POLICE, CLERK = "police officer", "officer of another unit", "issuer's clerk"
REGULATOR = "regulator"
SYSTEM, SECURITY, AUDIT = "system operator", "security operator", "audit operator"

PEOPLE = frozenset(
    {ANALYST_A, LEAD_A, ADMIN_A, ANALYST_B, LEAD_B, ADMIN_B, OUTSIDER}
    | {POLICE, OTHER_POLICE, CLERK, REGULATOR, SYSTEM, SECURITY, AUDIT}
)
CREDENTIALS = frozenset({CREDENTIAL_A, FILER_A, READER_A, CREDENTIAL_B})
EVERYBODY = PEOPLE | CREDENTIALS | {ANON}

ANALYSTS = frozenset({ANALYST_A, LEAD_A, ANALYST_B, LEAD_B, OUTSIDER})
LEADS = frozenset({LEAD_A, LEAD_B})
OFFICERS = frozenset({POLICE, OTHER_POLICE})
ADMINS = frozenset({ADMIN_A, ADMIN_B})
OF_A = frozenset({ANALYST_A, LEAD_A, ADMIN_A, CREDENTIAL_A, FILER_A, READER_A})
PARTIES = OF_A | {ANALYST_B, LEAD_B, ADMIN_B, CREDENTIAL_B}
OF_CASE = frozenset({ANALYST_A, LEAD_A, ADMIN_A, CREDENTIAL_A, FILER_A, READER_A, POLICE})
"""Who belongs to an institution that takes part in the case of tests/cases/doors: A leads it, B was removed from it."""
FULL = frozenset({CREDENTIAL_A, CREDENTIAL_B})
FILERS, READERS = FULL | {FILER_A}, FULL | {READER_A}

SIGNATURE = "A" * 85 + "Q"
"""64 bytes in base64url."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
Doors = dict[str, frozenset[str]]


@dataclass(frozen=True)
class Route:
    """An address. `of` names the object in it; `body` is what a POST sends where nothing would not get far enough."""

    name: str
    may: Doors
    of: str = ""
    within: frozenset[str] = frozenset()
    body: str = ""


def reads(name: str, who: frozenset[str], of: str = "", within: frozenset[str] = frozenset()) -> Route:
    """A page."""
    return Route(name, {"GET": who}, of, within)


def form(name: str, who: frozenset[str], of: str = "", within: frozenset[str] = frozenset()) -> Route:
    """A page with a form that posts to it."""
    return Route(name, {"GET": who, "POST": who}, of, within)


def act(name: str, who: frozenset[str], of: str = "", within: frozenset[str] = frozenset()) -> Route:
    """A button."""
    return Route(name, {"POST": who}, of, within)


INTEL = (
    reads("intel:home", ANALYSTS),
    form("intel:submit", ANALYSTS),
    reads("intel:submit-file", ANALYSTS),
    reads("intel:submissions", ANALYSTS),
    reads("intel:submission-detail", ANALYSTS, "submission", OF_A),
    reads("intel:submission-errors", ANALYSTS, "submission", OF_A),
    reads("intel:clue-detail", ANALYSTS, "clue", OF_A),
    act("intel:clue-withdraw", ANALYSTS, "clue", OF_A),
    reads("intel:collisions", ANALYSTS),
    act("intel:find", ANALYSTS),
    reads("intel:collision-detail", ANALYSTS, "collision", PARTIES),
    act("intel:job-retry", frozenset({SYSTEM, SECURITY}), "submission", frozenset({SYSTEM, SECURITY})),
)
HANDSHAKES = (
    replace(act("intel:handshake-offer", LEADS, "collision", PARTIES), body="label=A"),
    replace(act("intel:handshake-withdraw", LEADS, "collision", PARTIES), body="label=A"),
    replace(
        Route("api:handshakes", {"GET": READERS, "POST": FULL, "DELETE": FULL}, "collision", PARTIES),
        body=json.dumps({"label": "A"}),
    ),
)
MANAGERS = ADMINS | {SYSTEM}
ONBOARDERS = frozenset({SYSTEM})
MEMBERS = (
    reads("members:whoami", PEOPLE),
    form("members:profile", PEOPLE),
    act("members:sessions-end", PEOPLE),
    form("members:enrol", EVERYBODY),
    reads("members:users", MANAGERS),
    form("members:user-invite", MANAGERS),
    form("members:user-detail", MANAGERS, "user", frozenset({ADMIN_A})),
    act("members:user-renew", MANAGERS, "user", frozenset({ADMIN_A})),
    act("members:user-disable", MANAGERS, "user", frozenset({ADMIN_A})),
    act("members:user-enable", MANAGERS, "user", frozenset({ADMIN_A})),
    reads("members:credentials", ADMINS),
    form("members:credential-create", ADMINS),
    act("members:credential-revoke", ADMINS, "credential", OF_A),
    reads("members:institutions", ONBOARDERS),
    form("members:institution-onboard", ONBOARDERS),
    reads("members:institution-detail", ONBOARDERS, "institution", ONBOARDERS),
    act("members:institution-suspend", ONBOARDERS, "institution", ONBOARDERS),
    act("members:institution-reinstate", ONBOARDERS, "institution", ONBOARDERS),
    reads("members:circles", ONBOARDERS),
    form("members:circle-create", ONBOARDERS),
    reads("members:circle-detail", ONBOARDERS, "circle", ONBOARDERS),
    act("members:circle-change", ONBOARDERS, "circle", ONBOARDERS),
    act("members:circle-join", ONBOARDERS, "circle", ONBOARDERS),
    act("members:circle-leave", ONBOARDERS, "membership", ONBOARDERS),
    act("members:voice-library-register", ONBOARDERS, "circle", ONBOARDERS),
)
SEE_BUDGETS = ANALYSTS | ADMINS | {SECURITY}
APPROVERS = LEADS | ADMINS
CUSTODY = (
    act("custody:evaluate", ANALYSTS | OFFICERS),
    reads("custody:ceremony", PEOPLE),
    reads("custody:budgets", SEE_BUDGETS),
    form("custody:budget-request", LEADS),
    reads("custody:budget-detail", SEE_BUDGETS, "budget", OF_A | {SECURITY}),
    replace(act("custody:budget-approve", APPROVERS, "budget", OF_A), body=f"signature={SIGNATURE}"),
    act("custody:budget-grant", frozenset({SECURITY}), "budget", frozenset({SECURITY})),
    act("custody:budget-refuse", APPROVERS | {SECURITY}, "budget", OF_A | {SECURITY}),
    form("custody:keys", ADMINS),
    act("custody:key-revoke", ADMINS, "key", OF_A),
    reads("custody:custodians", frozenset({SYSTEM, SECURITY})),
)
ACCOUNTS = (
    form("account_login", EVERYBODY),
    form("account_logout", PEOPLE),
    form("account_reauthenticate", PEOPLE),
    form("account_change_password", PEOPLE),
    form("mfa_authenticate", EVERYBODY),
    reads("mfa_index", PEOPLE),
    form("mfa_reauthenticate", PEOPLE),
    form("mfa_activate_totp", PEOPLE),
    form("mfa_deactivate_totp", PEOPLE),
    reads("mfa_view_recovery_codes", PEOPLE),
    form("mfa_generate_recovery_codes", PEOPLE),
    reads("mfa_download_recovery_codes", PEOPLE),
    reads("mfa_list_webauthn", PEOPLE),
    form("mfa_add_webauthn", PEOPLE),
    form("mfa_login_webauthn", EVERYBODY),
    form("mfa_reauthenticate_webauthn", PEOPLE),
    form("mfa_remove_webauthn", PEOPLE, "passkey"),
    form("mfa_edit_webauthn", PEOPLE, "passkey"),
    act("set-language", EVERYBODY),
)
AUDIT_LOG = (reads("audit:log", frozenset({AUDIT})),)
API = (
    reads("api:whoami", CREDENTIALS),
    reads("api:circles", CREDENTIALS),
    reads("api:kinds", CREDENTIALS),
    reads("api:typologies", CREDENTIALS),
    reads("api:ceremony", CREDENTIALS),
    act("api:evaluations", FULL),
    Route("api:budgets", {"GET": FULL, "POST": FULL}),
    reads("api:budget", FULL, "budget", OF_A),
    replace(act("api:budget-approval", FULL, "budget", OF_A), body=json.dumps({"signature": SIGNATURE})),
    Route("api:submissions", {"GET": FILERS, "POST": FILERS}),
    reads("api:submission", FILERS, "submission", OF_A),
    reads("api:submission-errors", FILERS, "submission", OF_A),
    Route("api:clue", {"DELETE": FILERS}, "clue", OF_A),
    reads("api:collisions", READERS),
    reads("api:collision", READERS, "collision", PARTIES),
    reads("api:schema", EVERYBODY),
    reads("api:docs", EVERYBODY),
)
EVERY_MEMBER = ANALYSTS | FULL
OPINION = json.dumps({"verdict": "false", "reason": "no"})
APPROVAL = json.dumps({"epoch": 1, "digests": ""})
TOLD = ANALYSTS | ADMINS | OFFICERS | {CLERK}
WARNINGS = (
    reads("intel:warnings", ANALYSTS),
    reads("intel:warnings-in-force", ANALYSTS | ADMINS),
    form("intel:warning-propose", LEADS),
    reads("intel:warning-list", ANALYSTS, "warning", EVERY_MEMBER),
    replace(act("intel:warning-approve", LEADS, "warning", EVERY_MEMBER), body=APPROVAL),
    replace(act("intel:warning-refuse", LEADS, "warning", EVERY_MEMBER), body="reason=no"),
    reads("intel:holds", ANALYSTS),
    replace(act("intel:hold-review", LEADS, "collision", PARTIES), body="verdict=keep&reason=no"),
    replace(act("intel:hold-delist", LEADS, "collision", PARTIES), body="reason=no"),
    reads("api:warning-lists", CREDENTIALS),
    Route("api:warning-versions", {"GET": FILERS, "POST": FULL}),
    reads("api:warning-version", FILERS, "warning", FILERS),
    replace(act("api:warning-approval", FULL, "warning", FULL), body=APPROVAL),
    replace(act("api:warning-refusal", FULL, "warning", FULL), body=json.dumps({"reason": "no"})),
)
NOTICES = (
    reads("notices:notices", TOLD),
    reads("notices:bell", TOLD),
    reads("notices:moment", TOLD, "notice", frozenset({ANALYST_A})),
    act("notices:notices-read", TOLD),
    reads("notices:notice-open", TOLD, "notice", frozenset({ANALYST_A})),
    act("notices:notice-read", TOLD, "notice", frozenset({ANALYST_A})),
    form("notices:watches", TOLD),
    act("notices:watch-own", TOLD),
    act("notices:watch-remove", TOLD, "watch", frozenset({ANALYST_A})),
    act("notices:watch-clue", TOLD),
    reads("notices:webhooks", ADMINS),
    form("notices:webhook-create", ADMINS),
    reads("notices:webhook-detail", ADMINS, "webhook", OF_A),
    form("notices:webhook-change", ADMINS, "webhook", OF_A),
    act("notices:webhook-rotate", ADMINS, "webhook", OF_A),
    act("notices:webhook-test", ADMINS, "webhook", OF_A),
    act("notices:webhook-disable", ADMINS, "webhook", OF_A),
    act("notices:webhook-enable", ADMINS, "webhook", OF_A),
    act("notices:webhook-remove", ADMINS, "webhook", OF_A),
    act("notices:webhook-replay", ADMINS, "webhook", OF_A),
    act("notices:delivery-replay", ADMINS, "delivery", OF_A),
    reads("api:events", FULL),
)
LIFE = (
    reads("intel:clues-waiting", LEADS),
    act("intel:clues-approve", LEADS),
    replace(act("intel:clues-refuse", LEADS), body="reason=no"),
    replace(act("intel:clue-suspend", LEADS, "clue", OF_A), body="reason=no"),
    act("intel:clue-resume", LEADS, "clue", OF_A),
    reads("intel:filings-held", frozenset({SECURITY})),
    act("intel:filing-release", frozenset({SECURITY}), "submission", frozenset({SECURITY})),
    replace(act("intel:filing-decline", frozenset({SECURITY}), "submission", frozenset({SECURITY})), body="reason=no"),
    replace(act("intel:opinion-give", ANALYSTS, "collision", PARTIES), body="verdict=false&reason=no"),
    act("intel:opinion-withdraw", ANALYSTS, "collision", PARTIES),
    Route("api:opinion", {"POST": FULL, "DELETE": FULL}, "collision", PARTIES, OPINION),
    reads("intel:quality", ANALYSTS | ADMINS),
    form("members:four-eyes", ADMINS),
)
REPORTS = (
    reads("reports:overview", frozenset({REGULATOR})),
    reads("reports:report", frozenset({REGULATOR}), "report", frozenset({REGULATOR})),
    reads("reports:download", frozenset({REGULATOR}), "report", frozenset({REGULATOR})),
)
OPERATIONS = (
    reads("start", PEOPLE),
    reads("operate", frozenset({SYSTEM, SECURITY})),
    reads("live", EVERYBODY),
    reads("ready", EVERYBODY),
)
SECURITY_ONLY, DECIDERS = frozenset({SECURITY}), frozenset({SYSTEM, SECURITY})
RULES = (
    reads("intel:rules", DECIDERS),
    form("intel:rule-propose", SECURITY_ONLY),
    reads("intel:rule-detail", DECIDERS, "rule", DECIDERS),
    act("intel:rule-shadow", SECURITY_ONLY, "rule", SECURITY_ONLY),
    act("intel:rule-switch", DECIDERS, "rule", DECIDERS),
    act("intel:rule-refuse", DECIDERS, "rule", DECIDERS),
    reads("intel:run-detail", DECIDERS, "run", DECIDERS),
)
TRIAGE = json.dumps({"references": ["00000000-0000-4000-8000-000000000000"], "act": "no"})
QUEUE = (
    act("intel:triage", ANALYSTS),
    replace(act("intel:collision-triage", ANALYSTS, "collision", PARTIES), body="act=accept"),
    reads("intel:collisions-xlsx", ANALYSTS),
    reads("intel:collisions-csv", ANALYSTS),
    act("intel:view-save", ANALYSTS),
    act("intel:view-delete", ANALYSTS, "view", frozenset({ANALYST_A})),
    replace(act("api:triage", FULL), body=TRIAGE),
)
ALL = (
    *QUEUE,
    *RULES,
    *OPERATIONS,
    *REPORTS,
    *INTEL,
    *LIFE,
    *HANDSHAKES,
    *MEMBERS,
    *CUSTODY,
    *ACCOUNTS,
    *AUDIT_LOG,
    *API,
    *WARNINGS,
    *NOTICES,
)
TABLE = {route.name: route for route in ALL}
