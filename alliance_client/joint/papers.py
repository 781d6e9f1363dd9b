"""Certificate checks, and the institution's own customers on lists that the police seized.

with Alliance.load() as alliance:
    found = papers.ask(alliance, issuer, paper="diagnosis", facts={"number": "…", "name": "…"})
    papers.facts(alliance, found["reference"])                 # opened here, with a key of alliance_client.joint.keys
    for one in papers.findings(alliance):
        papers.person(alliance, one)                           # {"kind", "value", "note"}
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from alliance_client.errors import ConfigError, NotFound, TrustError
from alliance_client.joint import keys
from alliance_client.sdk import Alliance
from alliance_client.wire import canonical, public_key
from privacy import hpke
from privacy.encoding import b64, unb64

PAPERS = ("diagnosis", "hardship", "police_receipt", "death", "unemployment", "other")
FACTS = ("number", "issued_on", "name", "id_number", "office", "says")
"""What the portal's form asks for; other names are shown as they are."""
STATES = ("new", "contacted", "unreachable", "not_ours")


def issuers(alliance: Alliance) -> dict[str, Any]:
    """{"results": offices that may be asked, with their live keys, "own": the institution's own live keys}."""
    return dict(alliance.transport.get("issuers"))


def ask(
    alliance: Alliance, issuer: str, *, paper: str, facts: Mapping[str, str], case: str | None = None
) -> dict[str, Any]:
    """Ask an issuer (reference) whether a paper is genuine. The facts are sealed here, to both sides' live keys.

    Raises RequestRefused "no_issuer_key" where the issuer has published none, ConfigError "no_own_key" where we have.
    """
    ref = str(uuid4())
    plain_facts = json.dumps(dict(facts), ensure_ascii=False).encode()
    found = issuers(alliance)
    office = next((one for one in found["results"] if one["reference"] == canonical(issuer)), None)
    if office is None:
        raise NotFound("not_found")
    if not found["own"]:
        raise ConfigError("no_own_key")
    sealed = [
        {"key": one["key"], "sealed": b64(hpke.seal_to(public_key(one), plain_facts, place="paper", ref=ref))}
        for one in (*office["keys"], *found["own"])
    ]
    body = {"ref": ref, "issuer": canonical(issuer), "paper": paper, "case": case and canonical(case), "seals": sealed}
    return dict(alliance.transport.post("papers", body, repeatable=True))


def checks(alliance: Alliance) -> list[dict[str, Any]]:
    """The institution's checks, those without an answer first."""
    return alliance.transport.rows("papers")


def check(alliance: Alliance, reference: str) -> dict[str, Any]:
    """One check with its formal answer."""
    return dict(alliance.transport.get(f"papers/{canonical(reference)}"))


def facts(alliance: Alliance, reference: str) -> dict[str, Any]:
    """The facts on a paper, opened with a key held here; the platform records the look."""
    ref = canonical(reference)
    _mine(alliance)  # before the look is recorded
    answer = alliance.transport.post(f"papers/{ref}/facts", {}, repeatable=True)
    return _opened(alliance, answer["results"], place="paper", ref=ref)


def findings(alliance: Alliance) -> list[dict[str, Any]]:
    """The institution's own customers on seized lists, those to be contacted first."""
    return alliance.transport.rows("seized-findings")


def person(alliance: Alliance, finding: Mapping[str, Any]) -> dict[str, Any]:
    """{"kind", "value", "note"} of a finding that was sealed to the institution; the platform records the look."""
    _mine(alliance)
    answer = alliance.transport.post(f"seized-findings/{canonical(finding['reference'])}/person", {}, repeatable=True)
    return _opened(alliance, answer["results"], place="seized", ref=str(finding["place"]))


def decide(alliance: Alliance, reference: str, state: str) -> dict[str, Any]:
    """Say how far contacting the person has come: one of STATES."""
    path = f"seized-findings/{canonical(reference)}"
    return dict(alliance.transport.post(path, {"state": state}, repeatable=True))


def _mine(alliance: Alliance) -> set[str]:
    """The fingerprints of the keys held here. Raises ConfigError for none."""
    found = set(keys.held(alliance.config.home))
    if not found:
        raise ConfigError("key_missing", path=keys.folder(alliance.config.home))
    return found


def _opened(alliance: Alliance, rows: list[dict[str, Any]], *, place: str, ref: str) -> dict[str, Any]:
    mine = _mine(alliance)
    row = next((one for one in rows if one["fingerprint"] in mine), None)
    if row is None:
        raise ConfigError("not_sealed_to_us", path=keys.folder(alliance.config.home))
    plain = keys.opened(alliance, unb64(row["sealed"], "sealed"), row["fingerprint"], place=place, ref=ref)
    try:
        return dict(json.loads(plain))
    except ValueError as error:
        raise TrustError("seal", place=place, ref=ref) from error
