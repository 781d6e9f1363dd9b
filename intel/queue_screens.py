"""What the pages of the queue say: what an act did, and a row of it as a file words it."""

from collections.abc import Sequence

from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from intel import triage
from intel.forms import name_of_kind
from intel.models import Clue, Collision, Party
from intel.queries.collisions import ActRow, CollisionRow
from intel.services.exports import Export
from intel.services.triage import Outcome
from intel.typologies import name_of
from kit.language import listed


def outcome_text(act: str, outcome: Outcome) -> str:
    """How many collisions an act changed, and why it left others as they were."""
    changed = len(outcome.changed)
    said = [
        ngettext("%(done)s: %(n)d collision.", "%(done)s: %(n)d collisions.", changed)
        % {"done": triage.DONE[act], "n": changed}
    ]
    for reason, number in outcome.unchanged.items():
        said.append(_left(reason, number))
    return " ".join(said)


def _left(reason: str, n: int) -> str:
    match reason:
        case "already":
            return ngettext("%(n)d was so already.", "%(n)d were so already.", n) % {"n": n}
        case "decided":
            text = ngettext("%(n)d is decided: reopen it first.", "%(n)d are decided: reopen them first.", n)
            return text % {"n": n}
    text = ngettext("%(n)d is not in your queue any more.", "%(n)d are not in your queue any more.", n)
    return text % {"n": n}


def reason_text(reason: str) -> str:
    """Why something was rejected, in the reader's language: the reason's name and what was added."""
    code, _colon, said = reason.partition(": ")
    name = str(triage.REASONS.get(code, code))
    return f"{name}: {said}" if said else name


def act_text(act: ActRow) -> str:
    """An act of our institution in a line: what, by whom, why."""
    done = str(triage.DONE[act.act])
    whom = act.by or (_("the platform") if act.act == triage.WAKE else _("a system of ours"))
    said = _("%(done)s by %(whom)s") % {"done": done, "whom": whom}
    return f"{said}: {reason_text(act.reason)}" if act.reason else said


def why_text(row: CollisionRow) -> str:
    """Why a collision stands where it stands, in a line."""
    institutions = len(row.others) + 1
    parts = [ngettext("%(n)d institution", "%(n)d institutions", institutions) % {"n": institutions}]
    if row.why is not None:
        together = len(row.why.kinds)
        if together > 1:
            parts.insert(0, ngettext("%(n)d kind together", "%(n)d kinds together", together) % {"n": together})
        parts.append(str(Clue.Proof(row.why.proof).label))
        if row.why.is_victim:
            parts.append(_("a potential victim"))
    return " · ".join(parts)


def export_head() -> Sequence[str]:
    """The head of the queue as a file."""
    return (
        _("Reference"), _("Score"), _("Why"), _("Kind"), _("Typology"), _("Role"), _("Circle"), _("Other sides"),
        _("State of the collision"), _("Own triage"), _("Assigned to"), _("Due date"), _("Snoozed until"), _("Found"),
        _("Own clues"), _("First seen by you"), _("Last seen by you"),
    )  # fmt: skip


def export_cells(row: CollisionRow) -> Sequence[object]:
    """A row of the queue as a file words it, under `export_head`."""
    return (
        row.ref,
        row.points,
        why_text(row),
        name_of_kind(row.kind),
        listed(name_of(code) for code in row.typologies),
        listed(str(Clue.Role(code).label) for code in row.roles),
        row.circle,
        listed(str(other.name) if other.name else other.label for other in row.others),
        Collision.State(row.state).label,
        Party.Status(row.status).label,
        row.assignee.name if row.assignee else "",
        row.due_on,
        timezone.localdate(row.snoozed_until) if row.snoozed_until else None,
        row.found_on,
        row.clues,
        timezone.localdate(row.first_seen_at),
        timezone.localdate(row.last_seen_at),
    )


def sent(export: Export) -> FileResponse:
    """The file to keep; sending it closes it."""
    response = FileResponse(export.file, as_attachment=True, filename=export.name, content_type=export.content_type)
    response["Cache-Control"] = "no-store"
    return response
