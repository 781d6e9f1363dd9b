"""What every page of a case shows above its own content: the title, the lead, the state, and the tabs."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.queries.cases import rights_on
from cases.rights import Right
from cases.sealing import unseal
from intel.typologies import name_of
from kit.actor import Actor


@dataclass(frozen=True, slots=True)
class Tab:
    """One of a case's pages."""

    label: str | Promise
    href: str
    current: bool


TABS: tuple[tuple[str, str | Promise], ...] = (
    ("case-detail", _("Overview")),
    ("disclosures", _("Disclosures")),
    ("evidence", _("Evidence")),
    ("police", _("Police")),
    ("victims", _("Victims")),
    ("packages", _("Packages")),
    ("case-keys", _("Keys")),
)
"""The pages of a case: the name of the address in the namespace `cases`, and the label."""


def case_page(actor: Actor, case: Case, tab: str, **context: Any) -> dict[str, Any]:
    """The context of a page of the case: `case`, `title`, `rights` (names such as "contribute_case": in the template
    `{% if "manage_case" in rights %}`), `tabs` with `tab` as the current one, and what the page adds.
    """
    rights = rights_on(actor, case)
    is_open = case.state == Case.State.OPEN
    return {
        "case": case,
        "title": unseal(case.title, "case/title", case.ref),
        "typology": name_of(case.typology),
        "rights": frozenset(right.value for right in rights),
        "is_open": is_open,
        "can_contribute": is_open and Right.CONTRIBUTE in rights,
        "tabs": [Tab(label, reverse(f"cases:{name}", kwargs={"ref": case.ref}), name == tab) for name, label in TABS],
        **context,
    }
