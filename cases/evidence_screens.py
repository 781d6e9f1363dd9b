"""What the pages of evidence show."""

from typing import Any

from django.urls import reverse

from cases.forms.evidence import AboutForm, HandOverForm, HoldForm, ReasonForm
from cases.models import Case, EvidenceVersion
from cases.paper_screens import papers_part
from cases.queries.cases import rights_on
from cases.queries.evidence import EvidenceShown, UploadShown, evidence_of, request_number
from cases.queries.room import room_of
from cases.rights import Right
from cases.services.holds import may_hold, may_release
from kit.actor import Actor
from kit.capabilities import Capability
from privacy.encoding import b64

State = EvidenceVersion.State
PREVIEW_MOST = {"image": 40 * 1024**2, "audio": 256 * 1024**2, "text": 2 * 1024**2}
"""Bytes of a file that the page still shows; a larger one is downloaded."""
_ZERO = "00000000-0000-0000-0000-000000000000"


def list_context(actor: Actor, case: Case) -> dict[str, Any]:
    """The list: each piece of evidence, and whether anything of the reader's institution waits to be finished."""
    rows = evidence_of(actor, case.ref)
    own = [one for one in rows if one.row.institution_id == actor.institution]
    unfinished = [one for one in own if any(version.row.state == State.UPLOADING for version in one.versions)]
    return {"rows": rows, "unfinished": unfinished, "room": room_of(actor), **papers_part(actor, case)}


def add_context(
    actor: Actor, case: Case, item: EvidenceShown | None, *, goes_on: EvidenceVersion | None = None
) -> dict[str, Any]:
    """The page that encrypts and uploads: a new piece of evidence, another version of `item`, or one that broke off."""
    form = None if item else AboutForm(actor=actor, case=case, auto_id="about-%s")
    shown = next((one for one in item.versions if one.row.pk == goes_on.pk), None) if item and goes_on else None
    same = {"size": shown.row.size, "sha256": b64(bytes(shown.row.source_sha256))} if shown else None
    return {"item": item, "form": form, "doors": _doors(case), "room": room_of(actor), "goes_on": shown, "same": same}


def item_context(actor: Actor, case: Case, item: EvidenceShown) -> dict[str, Any]:
    """One piece of evidence: its versions, its verified custody record, and what the reader may do."""
    contribute = Right.CONTRIBUTE in rights_on(actor, case)
    own = item.row.institution_id == actor.institution
    is_open = case.state == Case.State.OPEN
    erased = item.row.erased_at is not None
    states = {one.row.state for one in item.versions}
    settled = State.KEPT in states and not states & {State.UPLOADING, State.CHECKING}
    may = {
        "add": contribute and is_open and own and not item.is_sealed and not erased,
        "seal": contribute
        and is_open
        and not item.is_sealed
        and settled
        and (own or actor.may(Capability.INVESTIGATE)),
        "hold": contribute and not erased and may_hold(actor, item.row),
        "release": contribute and may_release(actor, item.row),
        "hand_over": contribute and not erased and State.KEPT in states,
    }
    return {
        "item": item,
        "own": own,
        "may": {name for name, allowed in may.items() if allowed},
        "is_erased": erased,
        "custody": item.custody,
        "request_document": request_number(actor, item.row),
        "doors": _doors(case),
        "readable": [_readable(one) for one in item.versions if one.row.state == State.KEPT],
        "running": [one for one in item.versions if one.row.state in {State.UPLOADING, State.CHECKING}],
        "seal_form": ReasonForm(auto_id="seal-%s"),
        "hold_form": HoldForm(auto_id="hold-%s"),
        "release_form": ReasonForm(auto_id="release-%s"),
        "hand_over_form": HandOverForm(actor=actor, case=case, auto_id="hand-over-%s"),
    }


def _readable(version: Any) -> dict[str, Any]:
    row = version.row
    return {
        "version": str(row.ref),
        "number": row.number,
        "name": version.name,
        "size": row.size,
        "told": UploadShown(row, ()).to_json(),
    }


def _doors(case: Case) -> dict[str, Any]:
    """The addresses that the script asks; it puts a version and a number where the zeros stand."""
    of = {"ref": case.ref}
    one = {**of, "version": _ZERO}
    return {
        "case": str(case.ref),
        "zero": _ZERO,
        "uploads": reverse("cases:evidence-uploads", kwargs=of),
        "upload": reverse("cases:evidence-upload", kwargs=one),
        "upload_part": reverse("cases:evidence-upload-part", kwargs={**one, "number": 0}),
        "arrival": reverse("cases:evidence-arrival", kwargs=one),
        "drop": reverse("cases:evidence-drop", kwargs=one),
        "openings": reverse("cases:evidence-openings", kwargs=one),
        "part": reverse("cases:evidence-part", kwargs={**one, "number": 0}),
        "item": reverse("cases:evidence-item", kwargs={**of, "evidence": _ZERO}),
        "most": PREVIEW_MOST,
    }
