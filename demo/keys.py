"""Keys, custodians and budgets of the cast: what an institution does once, before its first large upload.

The client makes the keys and keeps the private halves; the admin registers the public ones; the custodians enrol them
from the platform's export; a declared budget is asked for, approved and granted by three people. No step is skipped.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from alliance.embedded.state import CUSTODIANS, ROOT
from custody.models import Budget
from custody.queries.keys import live_key
from custody.services import registry
from custody.services.budgets import grant_budget, request_budget
from custody.services.ceremony import transcript
from custody.services.signing_keys import register_key
from demo import world
from demo.clients import MemberClient
from demo.places import Places
from demo.roster import Cast
from kit.actor import Actor
from members.roles import Role
from privacy import signing

_BUDGET_DAYS = 30
_SPARE = 1.1
"""Of what a budget asks for beyond the plan: an upload that breaks off may repeat a batch."""


def initialise_clients(cast: Cast, places: Places) -> None:
    """Run `alliance init` on every machine that has not, and register the public keys it made.

    The fingerprint comes from the ceremony's own file, as custodians would hand it over, not from the platform.
    """
    fingerprint = transcript().fingerprint()

    def initialise(code: str) -> dict[str, Any]:
        client = MemberClient.of(code, places)
        known = places.credential(code)
        command = ("init", "--url", settings.BASE_URL, "--fingerprint", fingerprint, "--credential-file", str(known))
        return dict(client.answer(*command))

    codes = [member.code for member in cast.members if not places.home(member.code).joinpath("config.json").exists()]
    with ThreadPoolExecutor(2) as pool:
        for code, made in zip(codes, pool.map(initialise, codes), strict=True):
            admin = world.person(cast, code, Role.INSTITUTION_ADMIN)
            _register(admin, "signing", made["signing_key"])
            _register(admin, "approval", made["approval_key"])


def _register(admin: Actor, purpose: str, encoded: str) -> None:
    public_key = signing.key_of(encoded, purpose)
    if live_key(admin.own_institution(), purpose) != public_key:
        register_key(admin, purpose=purpose, public_key=public_key)


def enrol_signers(cast: Cast, places: Places) -> None:
    """Export the registry and enrol it at each custodian with the custodian's own command."""
    file = places.root / "signers.json"
    content = registry.signers(world.person(cast, "operator", Role.OPERATOR_SECURITY))
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for number in CUSTODIANS:
        _enrol(places.state.custodian(number), file)


def _enrol(state: Path, file: Path) -> None:
    command = [sys.executable, "-m", "custody.daemon", "enrol", "--state", str(state), "--file", str(file)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, encoding="utf-8")


def declare_budgets(cast: Cast, places: Places, values: Callable[[str], int]) -> dict[str, UUID]:
    """A granted budget for every institution: asked for by its lead, approved by its client, granted by the alliance.

    `values` says how many distinct values an institution will have evaluated. Returns budget references by code.
    """
    until = datetime.now(UTC).date() + timedelta(days=_BUDGET_DAYS)
    granted: dict[str, UUID] = {}
    asked: dict[str, UUID] = {}
    for member in cast.members:
        wanted = round(values(member.code) * _SPARE) + 100
        lead = world.person(cast, member.code, Role.LEAD)
        open_one = _open_budget(lead.own_institution(), wanted)
        if open_one is not None:
            granted[member.code] = open_one
        else:
            budget = request_budget(lead, key=transcript().key, values=wanted, until=until, reason="历史线索首次报送")
            asked[member.code] = budget.ref

    def approve(code: str) -> None:
        MemberClient.of(code, places).answer("budgets", "approve", str(asked[code]), "--yes")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(approve, asked))
    security = world.person(cast, "operator", Role.OPERATOR_SECURITY)
    for ref in asked.values():
        grant_budget(security, ref=ref)
    return granted | asked


def _open_budget(institution: int, wanted: int) -> UUID | None:
    """The budget of an earlier run for the same plan, if it got so far."""
    budgets = Budget.objects.filter(
        institution_id=institution,
        status=Budget.Status.GRANTED,
        until__gte=datetime.now(UTC).date(),
        values__gte=wanted,
    )
    return budgets.values_list("ref", flat=True).first()
