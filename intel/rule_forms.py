"""The form that proposes a scoring rule: every parameter in the reader's words, filled in from the rule in force."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from intel.reasons import LONGEST_REASON
from intel.scoring import Parameters
from kit.language import in_readers_language
from privacy.kinds import BY_NUMBER

HUNDREDTHS = 100
OTHERS = 0
"""Where a rule has the curve of every kind that has none of its own."""

# name -> (label, hint, least); worths are points on the page and hundredths of a point in the rule.
WORTHS = {
    "groups": (_("Ownership groups"), _("points for being held by as many as below")),
    "seen": (_("Seen again"), _("points for being seen by a second group as often as below")),
    "shared": (_("Other kinds shared"), _("points for a pair of clues that shares as much as below")),
    "proof": (_("Proof"), _("points for clear evidence from two groups")),
    "agents": (_("Agents and actors"), _("points if two groups always call it an agent's or an actor's")),
    "rarity": (_("Rarity"), _("points for being as rare as can be")),
    "confirmed": (_("Confirmed"), _("points for each group that confirms, three at most")),
    "refuted": (_("False"), _("points off for each group that says false")),
    "outdated": (_("Outdated"), _("points off for each group that says outdated")),
    "disputed": (_("Disputed"), _("points off for each group that disputes")),
    "weak_cap": (_("Weak kind alone"), _("the most points for a weak kind without another kind beside it")),
    "victim_cap": (_("Victims"), _("the most points if every clue calls it a victim's")),
    "common_cap": (_("Over-common"), _("the most points while its review is open")),
}
NUMBERS = {
    "groups_full": (_("Ownership groups for all points"), _("groups"), 2),
    "seen_full": (_("Times seen for all points"), _("clues of the second group"), 4),
    "shared_full": (_("Shared kinds for all points"), _("percent; a kind counts what the table says"), 1),
    "proof_reasonable": (_("Reasonable grounds"), _("percent of the points of clear evidence"), 0),
    "person_keeps": (_("About one person"), _("percent kept by a pair of clues that shares the kind of a person"), 0),
    "unsure_keeps": (
        _("Nobody says agent"),
        _("percent of “seen again” and “other kinds shared” kept where nobody calls it an agent's"),
        0,
    ),
    "common": (_("No longer rare"), _("clues from which rarity gives nothing"), 7),
    "gap_days": (_("Rest of a number"), _("days between what two groups saw, after which it may have a new owner"), 1),
    "gap_keeps": (_("After such a rest"), _("percent of the points are kept"), 0),
    "longest": (_("Longest life"), _("days after which nothing is left"), 1),
}
PERCENT = ("proof_reasonable", "gap_keeps", "person_keeps", "unsure_keeps")
PERSON = _("Kind that names a person")


def name_of(kind: int) -> str:
    """The name of a kind by its number, OTHERS for all that are not named."""
    known = BY_NUMBER.get(kind)
    return in_readers_language(zh=known.name_zh, en=known.name_en) if known else gettext("Any other kind")


class RuleForm(forms.Form):
    """All parameters of a rule, and the reason for it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the change should achieve. Whoever decides reads it; no phone, card or ID number."),
    )

    def __init__(self, data: Any, *, current: Parameters) -> None:
        """`current` is the rule in force, which fills the form in."""
        super().__init__(data, initial=_initial(current))
        for name, (label, hint) in WORTHS.items():
            self.fields[name] = forms.DecimalField(
                label=label, help_text=hint, min_value=0, max_value=100, decimal_places=2
            )
        for name, (label, hint, least) in NUMBERS.items():
            most = 100 if name in PERCENT else 10_000
            self.fields[name] = forms.IntegerField(label=label, help_text=hint, min_value=least, max_value=most)
        kinds = [(OTHERS, _("None")), *((kind, name_of(kind)) for kind in BY_NUMBER)]
        self.fields["person"] = forms.TypedChoiceField(label=PERSON, choices=kinds, coerce=int)
        for kind in (*BY_NUMBER, OTHERS):
            self._add_kind(kind)

    def _add_kind(self, kind: int) -> None:
        """The cells of one kind; each says its column and line to a screen reader."""
        name = name_of(kind)
        heads = {"counts": _("Counts, percent"), "weak": _("Weak"), "days": _("Days"), "bend": _("Bend")}
        least = {"counts": (0, 100), "days": (1, 10_000), "bend": (1, 10_000)}
        for column in heads if kind != OTHERS else ("days", "bend"):
            label = f"{heads[column]}: {name}"
            if column == "weak":
                box = forms.CheckboxInput(attrs={"aria-label": label})
                self.fields[f"weak_{kind}"] = forms.BooleanField(label=label, required=False, widget=box)
                continue
            low, high = least[column]
            number = forms.NumberInput(attrs={"aria-label": label})
            self.fields[f"{column}_{kind}"] = forms.IntegerField(
                label=label, min_value=low, max_value=high, widget=number
            )

    def worths(self) -> list[BoundField]:
        """What a fact is worth, in points."""
        return [self[name] for name in WORTHS]

    def numbers(self) -> list[BoundField]:
        """When it is worth all of that."""
        return [*(self[name] for name in NUMBERS), self["person"]]

    def kinds(self) -> Iterator[dict[str, Any]]:
        """The lines of the table of kinds, all other kinds last."""
        for kind in (*BY_NUMBER, OTHERS):
            columns = ("counts", "weak", "days", "bend") if kind != OTHERS else ("days", "bend")
            yield {"name": name_of(kind), **{column: self[f"{column}_{kind}"] for column in columns}}

    def parameters(self) -> dict[str, Any]:
        """The rule as `Parameters.to_json` would give it; of a valid form."""
        given = self.cleaned_data
        return {
            **{name: int(given[name] * HUNDREDTHS) for name in WORTHS},
            **{name: given[name] for name in (*NUMBERS, "person")},
            "kinds": [[kind, given[f"counts_{kind}"]] for kind in BY_NUMBER if given[f"counts_{kind}"] != 100],
            "weak": [kind for kind in BY_NUMBER if given[f"weak_{kind}"]],
            "curves": [
                {"kind": kind, "days": given[f"days_{kind}"], "bend": given[f"bend_{kind}"]}
                for kind in sorted((OTHERS, *BY_NUMBER))
            ],
        }


def _initial(rule: Parameters) -> dict[str, Any]:
    values: dict[str, Any] = {name: Decimal(getattr(rule, name)) / HUNDREDTHS for name in WORTHS}
    values |= {name: getattr(rule, name) for name in (*NUMBERS, "person")}
    counts = dict(rule.kinds)
    for kind in (OTHERS, *BY_NUMBER):
        curve = rule.curve(kind)
        values |= {f"days_{kind}": curve.days, f"bend_{kind}": curve.bend}
        values |= {f"counts_{kind}": counts.get(kind, 100), f"weak_{kind}": kind in rule.weak}
    return values
