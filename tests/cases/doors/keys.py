"""Who may do what there. Keys: the directory, and the grants of a case's key."""

import json
from dataclasses import replace

from cases.models import PublicKey
from privacy import hpke
from tests.cases import Story
from tests.cast import Cast
from tests.permission_table import (
    ANALYST_A,
    ANALYSTS,
    CLERK,
    CREDENTIAL_A,
    FULL,
    LEAD_A,
    OF_CASE,
    OFFICERS,
    Route,
    act,
    reads,
)

HOLDERS = ANALYSTS | OFFICERS | {CLERK}
IN_CASES = ANALYSTS | OFFICERS
OF_KEY = frozenset({ANALYST_A, LEAD_A, CREDENTIAL_A})
GRANT = json.dumps({"new": False, "generation": 1, "check": "A" * 43, "grants": []})
REFUSAL = json.dumps({"generation": 1, "fingerprint": "0" * 64})

ROUTES: tuple[Route, ...] = (
    reads("cases:keys", HOLDERS),
    replace(act("cases:key-publish", HOLDERS), body="name=no"),
    replace(act("cases:key-revoke", HOLDERS, "public key", OF_KEY), body="end=lost"),
    reads("cases:keys-waiting", IN_CASES),
    reads("cases:case-keys", IN_CASES, "case", OF_CASE),
    Route("cases:case-key-grants", {"GET": IN_CASES, "POST": IN_CASES}, "case", OF_CASE, GRANT),
    replace(act("cases:case-key-refusals", IN_CASES, "case", OF_CASE), body=REFUSAL),
    Route("api:public-keys", {"GET": FULL, "POST": FULL}),
    replace(act("api:public-key-revocation", FULL, "public key", OF_KEY), body=json.dumps({"end": "lost"})),
    reads("api:public-keys-waiting", FULL),
    reads("api:recipients", FULL, "case", OF_CASE),
    Route("api:case-key-grants", {"GET": FULL, "POST": FULL}, "case", OF_CASE, GRANT),
    replace(act("api:case-key-refusals", FULL, "case", OF_CASE), body=REFUSAL),
)


def objects(cast: Cast, story: Story) -> dict[str, dict[str, object]]:
    """One object of the case, each as the arguments of its address, under the name that `Route.of` gives."""
    _private, public = hpke.generate()
    key = PublicKey.objects.create(
        institution=cast.north,
        name="Office",
        public=public,
        fingerprint=hpke.fingerprint(public),
        published_by="user:test",
    )
    return {"public key": {"ref": key.ref}}
