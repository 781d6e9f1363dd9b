"""What the pages of intel show beside rows: charts, timelines, the islands that scripts read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from intel.forms import name_of_kind
from intel.queries.collisions import CollisionDetail
from intel.queries.handshakes import with_offers
from intel.queries.home import TrendPoint
from intel.queries.retyped import Retyped
from intel.queries.submissions import RowErrorRow, SubmissionRow
from intel.queue_screens import act_text
from intel.services import handshakes
from intel.services.voices import VoiceNotice
from intel.typologies import name_of
from kit.actor import Actor
from kit.capabilities import Capability
from kit.language import listed
from kit.pages import asset
from kit.sheets import csv_text
from members.queries.circles import circles_for
from privacy.ceremony import Transcript

LOOK = "__Host-looked"
_LOOK_DAYS = 90


def handshake(actor: Actor, found: CollisionDetail) -> dict[str, Any]:
    """What templates/intel/_handshake.html shows: our side of each handshake, and the days an offer may stand until."""
    first, usual, last = handshakes.days()
    return {
        "rows": with_offers(actor, found.collision.ref, found.collision.others),
        "collision": found.collision.ref,
        "may": actor.may(Capability.HANDSHAKE),
        "first": first,
        "usual": usual,
        "last": last,
    }


def small_circles(actor: Actor) -> list[str]:
    """The names of the actor's circles that show no collisions because they have too few ownership groups."""
    return [str(circle) for circle in circles_for(actor) if not circle.is_wide]


def ceremony(transcript: Transcript) -> dict[str, Any]:
    """What frontend/evaluator.js needs to have values evaluated."""
    return {
        "transcript": transcript.to_json(),
        "fingerprint": transcript.fingerprint(),
        "evaluations": reverse("custody:evaluate"),
        "worker": asset("js/blind-worker.js"),
    }


def libraries(actor: Actor) -> list[str]:
    """The voice libraries registered in any circle of the actor."""
    return sorted({name for circle in circles_for(actor) for name in circle.voice_libraries})


def circle_names(actor: Actor) -> dict[str, str]:
    """Code and name of each circle of the actor."""
    return {circle.code: str(circle) for circle in circles_for(actor)}


@dataclass(frozen=True, slots=True)
class VoiceLine:
    """A voice notice in words: the circle's name, our libraries and the others'."""

    circle: str
    mine: str
    others: str


def voice_lines(notices: Sequence[VoiceNotice], actor: Actor) -> list[VoiceLine]:
    """Where voices are not comparable, with the names of the circles."""
    names = circle_names(actor) if notices else {}
    return [
        VoiceLine(
            circle=names.get(notice.circle, notice.circle),
            mine=listed(notice.libraries),
            others=listed(
                _("%(library)s (members: %(members)s)") % {"library": other["library"], "members": other["members"]}
                for other in notice.not_comparable
            ),
        )
        for notice in notices
    ]


def last_look(request: HttpRequest, whose: str) -> datetime | None:
    """When this person last looked at the collisions in this browser; None for never. The cookie is signed."""
    text = request.get_signed_cookie(LOOK, default=None, salt=whose)
    return datetime.fromisoformat(text) if text else None


def remember_look(response: HttpResponse, whose: str) -> HttpResponse:
    """Note that the person looks now."""
    now = timezone.now().isoformat(timespec="seconds")
    response.set_signed_cookie(
        LOOK, now, salt=whose, max_age=_LOOK_DAYS * 86_400, secure=True, httponly=True, samesite="Lax"
    )
    return response


def live_url(request: HttpRequest, rows: Sequence[SubmissionRow]) -> str:
    """The address to poll while a row is still being matched; empty when nothing will change."""
    return request.get_full_path() if any(row.status == "matching" for row in rows) else ""


def trend_chart(points: Sequence[TrendPoint]) -> dict[str, Any]:
    """Months and one series a typology, most frequent first, for frontend/chart.js."""
    months = sorted({point.month for point in points})
    totals: dict[str, dict[date, int]] = {}
    for point in points:
        totals.setdefault(point.typology, {})[point.month] = point.collisions
    ranked = sorted(totals, key=lambda code: -sum(totals[code].values()))
    return {
        "labels": [month.strftime("%Y-%m") for month in months],
        "series": [
            {"name": name_of(code), "values": [totals[code].get(month, 0) for month in months]} for code in ranked
        ],
    }


def errors_csv(errors: Iterable[RowErrorRow]) -> str:
    """Row errors for a spreadsheet."""
    head = (_("Row"), _("Field"), _("Code"), _("Reason"))
    return csv_text([head, *((error.row, error.field, error.code, error.detail) for error in errors)])


@dataclass(frozen=True, slots=True)
class Moment:
    """An entry of a timeline; `when` is a day of ours or a month of another's."""

    sort: str
    when: str
    text: str
    is_own: bool


def timeline(detail: CollisionDetail) -> list[Moment]:
    """What was seen and done when, newest first: own acts and clues to the minute, the rest to the day or the month."""
    collision = detail.collision
    found_on = collision.found_on.isoformat()
    found = [Moment(found_on, found_on, _("The collision was found"), True)]
    found += [_own(act.acted_at, act_text(act)) for act in detail.acts]
    found += [
        _own(clue.observed_at, _("Seen by your institution: %(typology)s") % {"typology": name_of(clue.typology)})
        for clue in detail.own_clues[:20]
    ]
    for other in collision.others:
        name = _("Institution %(label)s") % {"label": other.label}
        found.append(Moment(other.first_month, other.first_month, _("First seen by %(name)s") % {"name": name}, False))
        if other.last_month != other.first_month:
            found.append(Moment(other.last_month, other.last_month, _("Last seen by %(name)s") % {"name": name}, False))
    return sorted(found, key=lambda moment: moment.sort, reverse=True)


def _own(moment: datetime, text: str) -> Moment:
    local = timezone.localtime(moment)
    return Moment(local.strftime("%Y-%m-%dT%H:%M"), local.strftime("%Y-%m-%d %H:%M"), text, True)


def found_links(found: Retyped) -> dict[str, Any]:
    """Links to what a retyped value is part of."""
    collisions = [
        {"href": reverse("intel:collision-detail", args=[ref]), "text": _("Collision %(ref)s") % {"ref": str(ref)[:8]}}
        for ref in found.collisions
    ]
    clues = [
        {
            "href": reverse("intel:clue-detail", args=[clue.ref]),
            "text": " · ".join(
                [
                    _("Clue %(ref)s") % {"ref": str(clue.ref)[:8]},
                    *([clue.own_reference] if clue.own_reference else []),
                    name_of(clue.typology),
                    listed(name_of_kind(one.kind) for one in clue.sighted),
                ]
            ),
        }
        for clue in found.clues
    ]
    return {"collisions": collisions, "clues": clues}
