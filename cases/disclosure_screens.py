"""What the pages of disclosures show beside rows: the islands that scripts read, and the ledger's words."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import FileResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case
from cases.queries.disclosures import DisclosureDetail, disclosure_in
from cases.queries.keys import Recipient, recipients_at
from cases.queries.ledger import LedgerRow
from cases.services.ledger import LedgerFile
from cases.services.unmasking import Unmasked
from custody.queries.quotas import analyst_quota
from custody.services.ceremony import transcript
from intel.forms import name_of_kind
from intel.screens import ceremony
from kit.actor import Actor
from kit.capabilities import Capability
from privacy.encoding import b64
from privacy.kinds import KINDS

DONE = {
    "approve": gettext_lazy("Given: the recipients can have it shown until the last day."),
    "refuse": gettext_lazy("Refused. The institution that asked reads why."),
    "withdraw": gettext_lazy("Withdrawn: the cipher text is gone, and nobody is shown the value any more."),
}
"""What is said after an act."""


def recipients(actor: Actor, case: Case, found: DisclosureDetail) -> list[Recipient]:
    """The keys that the value is encrypted to, for a holder that may propose it; none for anybody else."""
    if "propose" not in found.may:
        return []
    return recipients_at(actor, [disclosure_in(actor, case, found.row.ref).asker_id])


def proposing(actor: Actor, case: Case, found: DisclosureDetail) -> dict[str, Any]:
    """What the page needs on which the holder's analyst types the value: the recipients' keys and the ceremony."""
    keys = recipients(actor, case, found)
    island = {
        "ref": str(found.row.ref),
        "kind": found.row.kind.label,
        "recipients": [key.to_json() for key in keys],
    }
    return {"found": found, "recipients": keys, "island": island, **_evaluating(actor)}


def showing(actor: Actor, case: Case, unmasked: Unmasked) -> dict[str, Any]:
    """What the page needs on which a recipient's browser opens the cipher text."""
    island = {
        "ref": str(unmasked.disclosure),
        "kind": unmasked.kind,
        "fingerprint": unmasked.fingerprint,
        "sealed": b64(unmasked.sealed),
        "commitment": b64(unmasked.commitment),
        "check": reverse("cases:disclosure-check", kwargs={"ref": case.ref, "disclosure": unmasked.disclosure}),
    }
    kind = name_of_kind(KINDS[unmasked.kind])
    return {"unmasked": unmasked, "kind": kind, "island": island, **_evaluating(actor)}


def unmasked(found: Unmasked) -> dict[str, Any]:
    """The cipher text as the API sends it."""
    return {
        "unmasking": str(found.unmasking),
        "disclosure": str(found.disclosure),
        "kind": found.kind,
        "fingerprint": found.fingerprint,
        "sealed": b64(found.sealed),
        "commitment": b64(found.commitment),
        "until": found.until.isoformat(),
    }


def own_fingerprints(found: DisclosureDetail) -> list[str]:
    """The keys whose private halves the reader may hold, and whose cipher text is there."""
    return [seal.fingerprint for seal in found.seals if seal.is_own and seal.is_there]


def ledger_head() -> list[str]:
    """The columns of the ledger as a file."""
    return [
        _("Reference"),
        _("Case"),
        _("Direction"),
        _("Asking institution"),
        _("Holder"),
        _("Kind"),
        _("Legal basis"),
        _("Number of its document"),
        _("Purpose"),
        _("State"),
        _("Asked for on"),
        _("Given or refused"),
        _("Last day"),
        _("Ended"),
        _("Given to these keys"),
        _("Times shown"),
        _("Last shown"),
        _("Gives its digest"),
    ]


def ledger_cells(one: LedgerRow) -> Sequence[object]:
    """A row of the file. No cell has a value, nor anything of which one could be computed."""
    row = one.row
    return [
        row.ref,
        row.case,
        _("asked for by us") if row.is_asker else _("asked of us"),
        row.asker,
        row.holder,
        name_of_kind(row.kind),
        row.basis,
        row.basis_reference,
        one.purpose,
        row.state_name,
        _moment(row.asked_at),
        _moment(row.decided_at),
        row.until.isoformat(),
        _moment(row.ended_at),
        " ".join(one.fingerprints),
        row.unmaskings,
        _moment(one.last_shown_at),
        {None: "", True: _("yes"), False: _("no")}[one.matches],
    ]


def sent(made: LedgerFile) -> FileResponse:
    """The file as an attachment."""
    return FileResponse(made.file, as_attachment=True, filename=made.name, content_type=made.content_type)


def address(case: UUID, disclosure: UUID) -> str:
    """The page of a disclosure."""
    return reverse("cases:disclosure-detail", kwargs={"ref": case, "disclosure": disclosure})


def _evaluating(actor: Actor) -> dict[str, Any]:
    if not actor.may(Capability.EVALUATE):
        return {"ceremony": None, "quota": None}
    return {"ceremony": ceremony(transcript()), "quota": analyst_quota(actor)}


def _moment(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S") if at else ""
