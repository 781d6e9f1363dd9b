"""The closed list of what can happen to an institution: whom it concerns, where its subject is shown.

Addresses are names of URLs, resolved when something is shown: this package stands below those that own the pages.
"""

from dataclasses import dataclass
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kit.actor import Actor
from kit.capabilities import Capability as C


@dataclass(frozen=True, slots=True)
class EventType:
    """One type. `needs` is the capability without which nobody is told of it or shown it.

    `view` and `api` name the addresses of the subject; an empty `api` has none. `is_collision` types are matched by
    watches of a kind, a typology, a circle or a score; the others concern the institution as a whole. People are told
    of `told` types; the rest is for systems. An `urgent` one goes by mail at once to whoever has not chosen otherwise.
    """

    code: str
    label: str | Promise
    needs: C
    view: str
    api: str = ""
    is_collision: bool = False
    told: bool = True
    urgent: bool = False

    def is_for(self, actor: Actor) -> bool:
        """Whether the actor may be told of such events of their institution."""
        return actor.may(C.BE_TOLD) and actor.may(self.needs)

    def href(self, subject: UUID) -> str:
        """The path of the subject's page; empty if there is none."""
        return _path(self.view, subject)

    def api_href(self, subject: UUID) -> str:
        """The path of the subject in the API; of its page if the API does not have it."""
        return _path(self.api, subject) or _path(self.view, subject)


def _path(name: str, subject: UUID) -> str:
    if not name:
        return ""
    for arguments in ({"ref": subject}, {}):
        try:
            return reverse(name, kwargs=arguments)
        except NoReverseMatch:
            continue
    return ""


def _collision(code: str, label: str | Promise) -> EventType:
    return EventType(code, label, C.VIEW_COLLISIONS, "intel:collision-detail", "api:collision", is_collision=True)


def _filing(code: str, label: str | Promise, *, told: bool = True) -> EventType:
    return EventType(code, label, C.VIEW_SUBMISSIONS, "intel:submission-detail", "api:submission", told=told)


def _case(code: str, label: str | Promise, needs: C, view: str = "cases:case-detail") -> EventType:
    return EventType(code, label, needs, view, _OF_CASE.get(view, ""))


_OF_CASE = {"cases:case-detail": "api:case", "cases:police": "api:case-police"}
"""Where the API has what a page of a case shows."""


_TYPES = (
    _collision("collision.found", _("A collision was found")),
    _collision("collision.widened", _("Another institution joined a collision")),
    _collision("collision.narrowed", _("An institution left a collision")),
    _collision("collision.dissolved", _("A collision dissolved")),
    _collision("collision.quarantined", _("A collision was quarantined")),
    _collision("collision.released", _("A collision was released from quarantine")),
    _collision("opinion.given", _("An opinion was given on a collision")),
    _collision("handshake.opened", _("A handshake was accepted by both sides")),
    EventType("clue.waiting", _("Clues wait for approval"), C.DECIDE_CLUES, "intel:clues-waiting"),
    _filing("clue.decided", _("Clues were approved or refused")),
    _filing("submission.matched", _("A submission was matched"), told=False),
    _filing("submission.held", _("A submission waits for release")),
    _filing("submission.released", _("The operator decided on a submission that waited")),
    EventType("warning_list.proposed", _("A warning list was proposed"), C.VIEW_COLLISIONS, "intel:warning-list"),
    EventType("warning_list.in_force", _("A warning list came into force"), C.VIEW_COLLISIONS, "intel:warning-list"),
    EventType("quality.banded", _("Your institution's quality band changed"), C.VIEW_QUALITY, "intel:quality"),
    _case("case.invited", _("Your institution was invited into a case"), C.VIEW_CASES, "cases:invitation-detail"),
    _case("case.joined", _("An institution or unit joined a case"), C.VIEW_CASES),
    _case("case.left", _("An institution or unit left a case"), C.VIEW_CASES),
    _case("case.mentioned", _("You were mentioned in a case"), C.VIEW_CASES),
    _case("case.task_given", _("A task in a case was given to you or your institution"), C.VIEW_CASES),
    _case("case.removed", _("Your institution was removed from a case"), C.VIEW_CASES, "cases:cases"),
    _case("case.changed", _("Something happened in a case"), C.VIEW_CASES),
    _case("case.status_set", _("The police set the status of a case"), C.VIEW_CASES, "cases:police"),
    _case("case.closed", _("A case was closed"), C.VIEW_CASES),
    _case("disclosure.asked", _("A plain value was asked for"), C.WORK_CASES),
    _case("disclosure.proposed", _("A disclosure waits for approval"), C.DECIDE_DISCLOSURES),
    _case("disclosure.decided", _("A disclosure was approved or refused"), C.WORK_CASES),
    _case("evidence.requested", _("The police asked for evidence"), C.WORK_CASES, "cases:police"),
    _case("seized.found", _("The police found customers of yours on a list"), C.WORK_CASES, "cases:seized-findings"),
    _case("paper.asked", _("Somebody asks whether a paper is yours"), C.ANSWER_PAPERS, "cases:paper-detail"),
    _case("paper.answered", _("An issuer answered about a paper"), C.ASK_ISSUERS, "cases:paper-detail"),
    EventType("public_key.changed", _("A public key of your institution changed"), C.PUBLISH_KEYS, "cases:keys"),
    EventType(
        "webhook.disabled", _("A webhook was switched off"), C.MANAGE_WEBHOOKS, "notices:webhook-detail", urgent=True
    ),
    EventType("webhook.test", _("A webhook was tested"), C.MANAGE_WEBHOOKS, "notices:webhook-detail", told=False),
)
TYPES: dict[str, EventType] = {one.code: one for one in _TYPES}
