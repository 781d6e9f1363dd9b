"""The parts of the quality score in words, and contribution as a chart."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from intel.queries.quality import OwnQuality, PartRow

_WORDS: dict[str, tuple[str | Promise, str | Promise]] = {
    "confirmed": (
        gettext_lazy("Confirmed by others"),
        gettext_lazy("Of your values that other institutions confirmed or called false: those with a confirmation."),
    ),
    "standing": (
        gettext_lazy("Not delisted"),
        gettext_lazy("Of your values that collided: those that were not found false and delisted."),
    ),
    "complete": (
        gettext_lazy("Complete evidence"),
        gettext_lazy("Of what your clues may say: a note, your reference, a role, more than a suspicion."),
    ),
    "fresh": (
        gettext_lazy("Fresh"),
        gettext_lazy("Of your clues of the last year: those filed within 30 days of what was seen."),
    ),
    "in_time": (
        gettext_lazy("Answered in time"),
        gettext_lazy("Of your collisions that were due: those triaged before they were."),
    ),
}


@dataclass(frozen=True, slots=True)
class PartLine:
    """A part as the page shows it."""

    name: str
    text: str
    row: PartRow
    counts: str


def shown(found: OwnQuality) -> dict[str, Any]:
    """What the page shows beside the numbers."""
    lines = [_line(part) for part in found.parts]
    return {"lines": lines, "chart": _chart(found), "bands": list(found.bands.items())}


def _line(part: PartRow) -> PartLine:
    name, text = _WORDS[part.code]
    counts = _("%(good)s of %(of)s") % {"good": part.good, "of": part.of} if part.of else _("none yet")
    return PartLine(str(name), str(text), part, counts)


def _chart(found: OwnQuality) -> dict[str, Any]:
    """Days, and one series for what was given and for what was got, for frontend/chart.js."""
    return {
        "labels": [row.day.isoformat() for row in found.history],
        "series": [
            {"name": _("Given: clues that corroborate"), "values": [row.corroborated for row in found.history]},
            {"name": _("Got: collisions"), "values": [row.collisions for row in found.history]},
        ],
    }
