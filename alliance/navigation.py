"""What every page shows around its content: the addresses a person may go to, and the mode the alliance runs in."""

from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.queries.invitations import invitations_for
from cases.queries.police import owed_answers
from cases.queries.seized import to_contact
from cases.work_screens import home_tasks
from kit.actor import Actor
from kit.capabilities import Capability as C
from notices.queries.notices import unread_count


@dataclass(frozen=True, slots=True)
class Item:
    """A link of the menu, shown to whoever holds one of its capabilities; `go` is its key after `g`."""

    label: str | Promise
    view: str
    icon: str
    needs: frozenset[C]
    go: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A headed group of links."""

    label: str | Promise
    items: tuple[Item, ...]


MENU = (
    Section(
        _("Clues"),
        (
            Item(_("Home"), "intel:home", "home", frozenset({C.VIEW_COLLISIONS}), "home"),
            Item(_("Submit a clue"), "intel:submit", "send", frozenset({C.SUBMIT}), "submit"),
            Item(_("Submit a file"), "intel:submit-file", "file-upload", frozenset({C.SUBMIT}), "file"),
            Item(_("Submissions"), "intel:submissions", "list-check", frozenset({C.VIEW_SUBMISSIONS}), "submissions"),
            Item(_("Waiting for approval"), "intel:clues-waiting", "hourglass", frozenset({C.DECIDE_CLUES})),
            Item(_("Collisions"), "intel:collisions", "arrows-join", frozenset({C.VIEW_COLLISIONS}), "collisions"),
            Item(_("Over-common"), "intel:holds", "alert-triangle", frozenset({C.VIEW_COLLISIONS})),
            Item(_("Warning lists"), "intel:warnings", "ban", frozenset({C.SUBMIT})),
        ),
    ),
    Section(
        _("Cases"),
        (
            # First, so that an officer who signs in lands on the unit's desk.
            Item(_("Cases by clock"), "cases:police-home", "clock", frozenset({C.INVESTIGATE}), "police"),
            Item(_("Cases"), "cases:cases", "stack-2", frozenset({C.VIEW_CASES})),
            Item(_("My tasks in cases"), "cases:tasks", "list-check", frozenset({C.VIEW_CASES})),
            # Only members have customers.
            Item(_("Represented customers"), "cases:customers", "users", frozenset({C.SUBMIT})),
            Item(_("Certificate checks"), "cases:papers", "certificate", frozenset({C.ASK_ISSUERS, C.ANSWER_PAPERS})),
            Item(_("Victims found by the police"), "cases:seized-findings", "user-shield", frozenset({C.WORK_CASES})),
            Item(_("Keys"), "cases:keys", "key", frozenset({C.PUBLISH_KEYS})),
        ),
    ),
    Section(
        _("Running the alliance"),
        (
            Item(_("Reports"), "reports:overview", "report-analytics", frozenset({C.VIEW_REPORTS})),
            Item(_("Jobs and health"), "operate", "activity", frozenset({C.OPERATE})),
            Item(_("Institutions"), "members:institutions", "building-bank", frozenset({C.ONBOARD})),
            Item(_("Circles"), "members:circles", "affiliate", frozenset({C.ONBOARD})),
            Item(_("Police units"), "cases:units", "shield-lock", frozenset({C.ONBOARD})),
            Item(_("Declared budgets"), "custody:budgets", "gauge", frozenset({C.GRANT_BUDGET})),
            Item(_("Filings on hold"), "intel:filings-held", "hourglass", frozenset({C.RELEASE_FILINGS})),
            Item(_("Custodians"), "custody:custodians", "heart-rate-monitor", frozenset({C.OPERATE})),
            Item(_("Scoring rules"), "intel:rules", "adjustments", frozenset({C.MANAGE_RULES, C.DECIDE_RULES})),
            Item(_("Audit log"), "audit:log", "list-search", frozenset({C.READ_AUDIT})),
        ),
    ),
    Section(
        _("Institution"),
        (
            Item(_("Quality"), "intel:quality", "activity", frozenset({C.VIEW_QUALITY})),
            Item(_("Four eyes"), "members:four-eyes", "user-shield", frozenset({C.SET_FOUR_EYES})),
            Item(_("People"), "members:users", "users", frozenset({C.MANAGE_USERS, C.ONBOARD})),
            Item(_("Credentials"), "members:credentials", "key", frozenset({C.MANAGE_CREDENTIALS})),
            Item(_("Webhooks"), "notices:webhooks", "link", frozenset({C.MANAGE_WEBHOOKS})),
            Item(_("Signing keys"), "custody:keys", "fingerprint", frozenset({C.MANAGE_CREDENTIALS})),
            Item(_("Budgets"), "custody:budgets", "gauge", frozenset({C.REQUEST_BUDGET, C.APPROVE_BUDGET})),
        ),
    ),
)


def first_view(actor: Actor) -> str:
    """Where this person begins: the first page of their menu, or the page that says what they may do."""
    return next(
        (item.view for section in MENU for item in section.items if item.needs & actor.capabilities), "members:whoami"
    )


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of every template: `menu` by what the actor may do, `embedded` for the banner, and the bell's number."""
    actor: Actor | None = getattr(request, "actor", None)
    may: frozenset[C] = actor.capabilities if actor else frozenset()
    here = request.resolver_match.view_name if request.resolver_match else ""
    menu = [
        {
            "label": section.label,
            "items": [
                {"item": item, "href": reverse(item.view), "current": item.view == here}
                for item in section.items
                if item.needs & may
            ],
        }
        for section in MENU
    ]
    shown = {"menu": [s for s in menu if s["items"]], "embedded": settings.MODE == "embedded"}
    shown["own_tasks"] = cache(partial(home_tasks, actor))
    shown["own_requests"] = cache(partial(owed_answers, actor))
    shown["own_victims"] = cache(partial(to_contact, actor)) if actor else 0
    shown["own_invitations"] = cache(partial(invitations_for, actor)) if actor else ()
    # Counted when a page shows the bell; a fragment does not, and costs no query. The tasks are read by home pages.
    return shown | {"tells": C.BE_TOLD in may, "unread_notices": cache(partial(unread_count, actor)) if actor else 0}
