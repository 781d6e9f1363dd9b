"""The documents of a package that a program reads: JSON arrays with one record a line, so that a wrong one is named."""

from collections.abc import Iterable, Mapping
from typing import Any

from cases.package.facts import EvidenceFile, Facts, kind_of
from cases.sealing import unseal
from privacy.verify_package import dumps


def records(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """An array of records: the first on the second line."""
    return b"[\n" + b",\n".join(dumps(dict(row)) for row in rows) + b"\n]\n"


def case_records(facts: Facts) -> bytes:
    """What the case is, who takes part, what the police made of it, and what happened, as codes and references."""
    return records([*_of_case(facts), *_of_police(facts), *_of_customers(facts), *_of_timeline(facts)])


def custody_records(facts: Facts) -> bytes:
    """Every custody entry of every piece of evidence, with the chain and the salted reason (docs/evidence.md)."""
    return records(entry for item in facts.evidence for entry in item["custody"])


def disclosure_records(facts: Facts) -> bytes:
    """The ledger of what was asked and given in the case, as far as the builder's institution is a side. No values."""
    return records(
        {
            "disclosure": str(one.ref),
            "collision": str(one.collision.ref),
            "kind": kind_of(one.collision),
            "asker": str(one.asker.ref),
            "holder": str(one.holder.ref),
            "basis": one.basis,
            "basis_reference": one.basis_reference,
            "purpose": unseal(one.purpose, "disclosure/purpose", one.ref),
            "asked_at": one.asked_at.isoformat(),
            "until": one.until.isoformat(),
            "state": one.state,
            "decided_at": one.decided_at.isoformat() if one.decided_at else None,
            "ended_at": one.ended_at.isoformat() if one.ended_at else None,
            "commitment": bytes(one.commitment or b"").hex(),
        }
        for one in facts.disclosures
    )


def log_records(facts: Facts) -> bytes:
    """The audit log's entries that concern the case. The log is not sealed yet: they carry no proof of inclusion."""
    return records(facts.log)


def evidence_entry(file: EvidenceFile) -> dict[str, Any]:
    """What the manifest says of a piece of evidence: the checksums computed at its source, before it was encrypted."""
    return {
        "path": file.path,
        "evidence": file.item["reference"],
        "version": file.version["number"],
        "version_reference": file.version["reference"],
        "kind": file.item["kind"],
        "generation": file.version["generation"],
        "size": file.version["size"],
        "sha256": file.version["source_sha256"],
        "sm3": file.version["source_sm3"],
    }


def _of_case(facts: Facts) -> Iterable[dict[str, Any]]:
    case = facts.case
    yield {
        "record": "case",
        "reference": str(case.ref),
        "title": unseal(case.title, "case/title", case.ref),
        "summary": unseal(case.summary, "case/summary", case.ref),
        "typology": case.typology,
        "state": case.state,
        "close_reason": case.close_reason,
        "lead": str(case.lead.ref),
        "opened_at": case.opened_at.isoformat(),
        "closed_at": case.closed_at.isoformat() if case.closed_at else None,
    }
    for one in facts.participants:
        yield {
            "record": "participant",
            "institution": str(one.institution.ref),
            "name": one.institution.name_zh,
            "is_police": one.is_police,
            "instrument": one.instrument,
            "joined_at": one.joined_at.isoformat(),
            "left_at": one.left_at.isoformat() if one.left_at else None,
        }
    for place in facts.places:
        yield {"record": "place", "tie": place.tie, "region": place.region}
    for item in facts.collisions:
        yield {
            "record": "collision",
            "reference": str(item.ref),
            "kind": kind_of(item),
            "added_by": str(item.added_by.ref),
            "added_at": item.added_at.isoformat(),
        }


def _of_police(facts: Facts) -> Iterable[dict[str, Any]]:
    for proceeding in facts.proceedings:
        unit = str(proceeding.participant.institution.ref)
        for step in proceeding.steps:
            yield {
                "record": "status",
                "unit": unit,
                "reference": str(step.ref),
                "status": step.status,
                "branch": step.branch,
                "document": step.document,
                "on": step.on.isoformat(),
                "due_on": step.due_on.isoformat() if step.due_on else None,
                "corrected": step.corrected,
            }
        for row in proceeding.measures:
            yield {
                "record": "measure",
                "unit": unit,
                "reference": str(row.ref),
                "person": row.person,
                "shown_as": row.shown_as,
                "kind": row.kind,
                "document": row.document,
                "on": row.on.isoformat(),
                "ended_on": row.ended_on.isoformat() if row.ended_on else None,
            }
    for asked in facts.requests:
        request = asked.request
        yield {
            "record": "request",
            "reference": str(request.ref),
            "unit": str(request.participant.institution.ref),
            "to": str(request.to.ref),
            "document": request.document,
            "dated_on": request.dated_on.isoformat(),
            "due_on": request.due_on.isoformat(),
            "state": request.state,
            "items": asked.items,
            "answer": asked.answer,
        }


def _of_customers(facts: Facts) -> Iterable[dict[str, Any]]:
    for one in facts.customers:
        yield {
            "record": "customer",
            "number": one.number,
            "institution": one.institution,
            "fee_lost": str(one.fee_lost),
            "redress": one.redress,
            "fee_refunded": str(one.fee_refunded),
            "interest_relief": str(one.interest_relief),
        }


def _of_timeline(facts: Facts) -> Iterable[dict[str, Any]]:
    for row in facts.timeline:
        yield {
            "record": "timeline",
            "at": row.at.isoformat(),
            "kind": row.kind,
            "subject": str(row.subject),
            "institution": str(row.institution.ref) if row.institution else "",
            "facts": row.facts,
        }
