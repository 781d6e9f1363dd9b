"""The reasons of a score in words. Codes are those of intel.scoring."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from intel.queries.strength import POINT, strength_for
from kit.actor import Actor

REASONS: Mapping[str, tuple[str | Promise, str | Promise]] = MappingProxyType(
    {
        "groups": (_("Independent owners"), _("How many owners hold it; institutions of one owner count once.")),
        "seen": (
            _("Seen again"),
            _("How often the second most frequent owner saw it, and how sure both are: nobody raises this alone."),
        ),
        "shared": (
            _("Same company"),
            _(
                "Kinds that one clue of one side and one of another have in common besides this one. A weak kind never "
                "counts, a public one hardly, and what stands beside the same resident ID is one person's."
            ),
        ),
        "proof": (_("Grade of proof"), _("What the second best of the sides can prove.")),
        "agents": (_("Role"), _("How far two sides agree that it is an agent's or a suspected actor's.")),
        "rarity": (_("Rarity"), _("The fewer clues hold it, the more it says; from 50 on it says nothing.")),
        "confirmed": (_("Confirmed"), _("Owners who confirmed it, and whose evidence came before they saw this.")),
        "refuted": (_("Called false"), _("Owners who say that it is false.")),
        "outdated": (_("Called outdated"), _("Owners who say that it was true once.")),
        "disputed": (_("Disputed"), _("Owners who dispute it.")),
        "bounds": (_("Bounds"), _("A score stays between 0 and 100.")),
        "gap": (
            _("Long gap"),
            _("The sides saw it so long apart that it may have been given out again to somebody else."),
        ),
        "age": (
            _("Age"),
            _("What has faded since the month of the newest observation; only a new observation renews it."),
        ),
        "weak": (_("Weak kind"), _("A weak kind never corroborates alone, so the score is capped.")),
        "victim": (_("A victim's"), _("Everybody calls it a victim's: somebody to protect, so the score is capped.")),
        "over_common": (_("Over-common"), _("So many hold it that the score is capped until it has been reviewed.")),
    }
)


@dataclass(frozen=True, slots=True)
class Reason:
    """A part of a score as the page shows it; `points` has its sign and one decimal."""

    name: str | Promise
    meaning: str | Promise
    points: str


def strength(actor: Actor, collision: UUID) -> dict[str, Any] | None:
    """What templates/intel/_strength.html shows; None while the collision has no score."""
    found = strength_for(actor, collision)
    if found is None:
        return None
    reasons = [Reason(*REASONS[code], _signed(points)) for code, points in found.parts]
    return {"found": found, "reasons": reasons, "exact": f"{found.score / POINT:.1f}"}


def _signed(hundredths: int) -> str:
    return f"{'−' if hundredths < 0 else '+'}{abs(hundredths) / POINT:.1f}"
