"""Who may do what there. Disclosures: one that the police asked A for, one that A asked B for before B was removed."""

import json
from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from cases.models import Disclosure, DisclosureSeal, PublicKey, Unmasking
from cases.sealing import seal
from cases.services.disclosures import mac_of
from privacy import hpke
from tests.cases import Story
from tests.cast import Cast
from tests.permission_table import (
    ANALYST_A,
    ANALYSTS,
    FULL,
    LEADS,
    OF_A,
    OF_CASE,
    OFFICERS,
    Route,
    act,
    form,
    reads,
)

WORKERS = ANALYSTS | OFFICERS
_BLOB = "A" * 43
_PRIVATE, _PUBLIC = hpke.generate()
_FINGERPRINT = hpke.fingerprint(_PUBLIC)
_CHECK = json.dumps({"fingerprint": _FINGERPRINT, "digest": _BLOB, "epoch": 1})
_UNMASK = json.dumps({"fingerprint": _FINGERPRINT, "reason": "test"})
_ONE = "00000000-0000-4000-8000-000000000000"
_LAST = f"{timezone.localdate() + timedelta(days=10)}"
_ASK = json.dumps({"item": _ONE, "holder": _ONE, "basis": "duty", "reference": "1", "purpose": "test", "until": _LAST})
_FORM = f"fingerprint={_FINGERPRINT}&reason=test"
_VALID = json.dumps(
    {
        "digest": _BLOB,
        "epoch": 1,
        "commitment": _BLOB,
        "seals": [{"key": _ONE, "sealed": "A" * 80}],
    }
)

ROUTES: tuple[Route, ...] = (
    reads("cases:ledger", WORKERS),
    reads("cases:ledger-xlsx", WORKERS),
    reads("cases:ledger-csv", WORKERS),
    reads("cases:disclosures", WORKERS, "case", OF_CASE),
    form("cases:disclosure-ask", WORKERS, "case", OF_CASE),
    reads("cases:disclosure-detail", WORKERS, "disclosure", OF_CASE),
    replace(form("cases:disclosure-propose", WORKERS, "disclosure-of-a", OF_A), body=_VALID),
    act("cases:disclosure-approve", LEADS, "disclosure-of-a", OF_A),
    replace(act("cases:disclosure-refuse", LEADS, "disclosure-of-a", OF_A), body="reason=test"),
    act("cases:disclosure-withdraw", WORKERS, "disclosure", OF_CASE),
    replace(act("cases:disclosure-unmask", WORKERS, "received", OF_A), body=_FORM),
    replace(act("cases:disclosure-check", WORKERS, "received", OF_A), body=_CHECK),
    reads("cases:disclosure-shown", WORKERS, "shown", frozenset({ANALYST_A})),
    reads("api:ledger", FULL),
    Route("api:disclosures", {"GET": FULL, "POST": FULL}, "case", OF_CASE, _ASK),
    reads("api:disclosures-askable", FULL, "case", OF_CASE),
    Route("api:disclosure", {"GET": FULL, "DELETE": FULL}, "disclosure", OF_CASE),
    replace(act("api:disclosure-propose", FULL, "disclosure-of-a", OF_A), body=_VALID),
    replace(act("api:disclosure-unmask", FULL, "received", OF_A), body=_UNMASK),
    replace(act("api:disclosure-check", FULL, "received", OF_A), body=_CHECK),
)


def objects(cast: Cast, story: Story) -> dict[str, dict[str, object]]:
    """One object of the case, each as the arguments of its address, under the name that `Route.of` gives."""
    asked = _disclosure(story, asker=cast.police, holder=cast.north, basis="instrument")
    now = timezone.now()
    decided = {"proposed_by": cast.south_analyst, "proposed_at": now, "decided_by": cast.south_lead, "decided_at": now}
    of_north = {"asker": cast.north, "holder": cast.south, "basis": "duty", "state": "approved"}
    mine = _disclosure(story, commitment=bytes(32), **of_north, **decided)
    key = PublicKey.objects.create(
        institution=cast.north, name="Test", public=_PUBLIC, fingerprint=_FINGERPRINT, published_by="test"
    )
    blob = hpke.seal_to(_PUBLIC, b"{}", place="disclosure", ref=str(mine.ref))
    sealed = DisclosureSeal.objects.create(
        disclosure=mine, key=key, sealed=blob, mac=mac_of(mine.ref, key, bytes(32), blob)
    )
    shown = Unmasking(seal=sealed, user=cast.north_analyst)
    shown.reason = seal("test", "unmasking/reason", shown.ref)
    shown.save()
    received = {"ref": story.case.ref, "disclosure": mine.ref}
    of_a = {"ref": story.case.ref, "disclosure": asked.ref}
    return {
        "disclosure": of_a,
        "disclosure-of-a": of_a,
        "received": received,
        "shown": {**received, "unmasking": shown.ref},
    }


def _disclosure(story: Story, **fields: object) -> Disclosure:
    today = timezone.localdate()
    one = Disclosure(case=story.case, collision=story.item, until=today + timedelta(days=30), **fields)
    one.purpose = seal("test", "disclosure/purpose", one.ref)
    one.save()
    return one
