"""What a package says of a case, as its builder's institution may see it: read once, written in several documents.

Victims are numbers here as everywhere (`shielded_customers`), values are commitments, and what the police have not
released is in the packages of police units alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.kinds import subject_of
from audit.queries.entries import entries_about
from cases.models import Case, CaseCollision, Disclosure, Participant, Place, TimelineEntry
from cases.queries.cases import is_police
from cases.queries.customers import Shielded, Sums, shielded_customers, sums_of
from cases.queries.disclosures import sides_of
from cases.queries.evidence import records_of
from cases.queries.police import Proceeding, RequestRow, proceedings, request_rows
from kit.actor import Actor
from privacy.kinds import BY_NUMBER

MOST_ENTRIES = 20_000
"""Entries of the timeline and of the log that a package holds at most."""


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A kept version of a piece of evidence: `number` counts the evidence in the package, `path` is its place there."""

    number: int
    path: str
    item: Mapping[str, Any]
    version: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """A case as of a moment."""

    case: Case
    package: UUID
    built_at: datetime
    of_police: bool
    participants: Sequence[Participant]
    places: Sequence[Place]
    collisions: Sequence[CaseCollision]
    disclosures: Sequence[Disclosure]
    evidence: Sequence[Mapping[str, Any]]
    files: Sequence[EvidenceFile]
    proceedings: Sequence[Proceeding]
    requests: Sequence[RequestRow]
    customers: Sequence[Shielded]
    sums: Sums
    timeline: Sequence[TimelineEntry]
    log: Sequence[Mapping[str, Any]]

    @property
    def committed(self) -> Sequence[Disclosure]:
        """The disclosures that a value was proposed for."""
        return [one for one in self.disclosures if one.commitment]


def facts_of(actor: Actor, case: Case, *, package: UUID, built_at: datetime) -> Facts:
    """Everything a package of this case says, read in the caller's transaction. The case was fetched for the actor."""
    evidence = records_of(actor, case.ref)
    disclosures = list(sides_of(actor).filter(case=case).order_by("asked_at", "pk"))
    participants = Participant.objects.filter(case=case).select_related("institution").order_by("joined_at", "pk")
    timeline = _timeline(actor, case, {one.ref for one in disclosures})
    return Facts(
        case=case,
        package=package,
        built_at=built_at,
        of_police=is_police(actor),
        participants=list(participants),
        places=list(Place.objects.filter(case=case).order_by("tie", "region")),
        collisions=list(CaseCollision.objects.filter(case=case).select_related("added_by").order_by("added_at", "pk")),
        disclosures=disclosures,
        evidence=evidence,
        files=[
            EvidenceFile(number, evidence_path(number, version), item, version)
            for number, item in enumerate(evidence, start=1)
            for version in item["versions"]
            if version["state"] == "kept"
        ],
        proceedings=proceedings(actor, case),
        requests=request_rows(actor, case),
        customers=shielded_customers(case),
        sums=sums_of(case),
        timeline=timeline,
        log=_log(actor, timeline),
    )


def evidence_path(number: int, version: Mapping[str, Any]) -> str:
    """Where a version lies in the package: by number, with the ending of its name if that is a plain one."""
    ending = str(version["name"]).rpartition(".")[2].lower()
    known = 1 <= len(ending) <= 5 and ending.isascii() and ending.isalnum() and "." in str(version["name"])
    return f"evidence/{number:03d}-v{version['number']}" + (f".{ending}" if known else "")


def kind_of(collision: CaseCollision) -> str:
    """The name of a collision's kind in Chinese."""
    return BY_NUMBER[collision.kind].name_zh


def _timeline(actor: Actor, case: Case, disclosures: set[UUID]) -> list[TimelineEntry]:
    found = TimelineEntry.objects.filter(case=case).select_related("institution").order_by("at", "pk")
    # Whether a victim complained is told in no export, to anybody.
    found = found.exclude(kind__startswith="customer.complaint")
    if not is_police(actor):
        found = found.filter(police_only=False)
    # A disclosure is the business of its two sides.
    rows = [row for row in found if not row.kind.startswith("disclosure.") or row.subject in disclosures]
    return rows[-MOST_ENTRIES:]


def _log(actor: Actor, timeline: Sequence[TimelineEntry]) -> list[dict[str, Any]]:
    """The log's entries of what the timeline tells this reader, and no others: under names only the case knows."""
    named = {(row.kind, subject_of(row.kind, row.subject, row.institution_id)): row.subject for row in timeline}
    entries = entries_about(actor, {subject for _kind, subject in named}, most=MOST_ENTRIES)
    return [
        {
            "at": entry.at.isoformat(),
            "actor": entry.actor,
            "institution": str(entry.institution.ref) if entry.institution else "",
            "kind": entry.kind,
            "subject": entry.subject,
            "of": str(named[entry.kind, entry.subject]),
            "facts": entry.facts,
        }
        for entry in entries
        if (entry.kind, entry.subject) in named
    ]
