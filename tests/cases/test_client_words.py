"""The words of the command `alliance` for codes of cases are those of the portal, in both languages."""

from typing import Any

import pytest
from django.utils import translation

from alliance_client.joint import words
from cases.models import (
    Case,
    CustodyEntry,
    Disclosure,
    Evidence,
    EvidenceRequest,
    EvidenceVersion,
    PaperCheck,
    PoliceUnit,
    PublicKey,
    SeizedFinding,
)
from cases.police_status import Status
from cases.rights import OFFERED
from intel.models import Collision
from intel.typologies import TYPOLOGIES

CHOICES = (
    (words.CASE, Case.State),
    (words.COLLISION, Collision.State),
    (words.DISCLOSURE, Disclosure.State),
    (words.EVIDENCE, Evidence.Kind),
    (words.VERSION, EvidenceVersion.State),
    (words.CUSTODY, CustodyEntry.Act),
    (words.KEY_END, PublicKey.End),
    (words.PAPER, PaperCheck.Paper),
    (words.ANSWER, PaperCheck.Answer),
    (words.FINDING, SeizedFinding.State),
    (words.STATUS, Status),
    (words.REQUEST, EvidenceRequest.State),
    (words.LEVEL, PoliceUnit.Level),
)
NOT_SHOWN = {id(words.VERSION): {EvidenceVersion.State.DROPPED}}
"""An upload that was given up is no evidence."""


@pytest.mark.parametrize(("names", "choices"), CHOICES)
def test_they_are_those_of_the_portal(names: words.Names, choices: Any) -> None:
    found = {}
    for code, label in choices.choices:
        with translation.override("en"):
            english = str(label)
        with translation.override("zh-hans"):
            found[code] = (english, str(label))
    own, hidden = {code: pair for code, pair in names.items() if code}, NOT_SHOWN.get(id(names), set())
    assert own == {code: pair for code, pair in found.items() if code not in hidden}


def test_typologies_and_parts_are_all_named() -> None:
    assert {code: (one.name_en, one.name_zh) for code, one in TYPOLOGIES.items()} == words.TYPOLOGY
    assert set(words.PART) == {"lead", *OFFERED}
