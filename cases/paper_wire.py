"""Certificate checks and findings of seized lists as the API tells them (docs/papers.md)."""

from typing import Any

from cases.queries.papers import Issuer, PaperDetail, PaperRow
from cases.queries.seized import Finding


def issuer_told(one: Issuer) -> dict[str, Any]:
    """An office that may be asked, with the keys that facts are sealed to."""
    return {"reference": str(one.ref), "name": one.name, "kind": one.kind, "keys": [key.to_json() for key in one.keys]}


def paper_told(one: PaperRow) -> dict[str, Any]:
    """A check in a list."""
    return {
        "reference": str(one.ref),
        "paper": one.code,
        "issuer": str(one.issuer),
        "asked_at": one.asked_at.isoformat(),
        "due_on": one.due_on.isoformat(),
        "overdue": one.is_overdue,
        "answer": one.answer or None,
        "answered_at": one.answered_at.isoformat() if one.answered_at else None,
    }


def detail_told(found: PaperDetail) -> dict[str, Any]:
    """One check with its formal answer."""
    check = found.check
    return {
        "reference": str(check.ref),
        "paper": check.paper,
        "issuer": str(check.issuer),
        "case": str(found.case) if found.case else None,
        "asked_at": check.asked_at.isoformat(),
        "due_on": check.due_on.isoformat(),
        "overdue": found.is_overdue,
        "answer": check.answer or None,
        "document": check.answer_document or None,
        "note": found.note or None,
        "answered_at": check.answered_at.isoformat() if check.answered_at else None,
    }


def finding_told(one: Finding) -> dict[str, Any]:
    """A customer on a seized list; `place` is what the person is sealed to."""
    return {
        "reference": str(one.ref),
        "kind": one.kind.label,
        "unit": str(one.unit),
        "instrument": one.instrument,
        "found_on": one.found_on.isoformat(),
        "named": one.is_named,
        "sealed": one.may_open,
        "place": one.place,
        "clues": [{"reference": str(clue.ref), "own_reference": clue.own_reference} for clue in one.clues],
        "state": one.state,
        "found_at": one.found_at.isoformat(),
    }
