"""What the police made of a case, the directory of units, and answering an evidence request."""

from collections.abc import Sequence
from typing import Any

from alliance_client.sdk import Alliance
from alliance_client.wire import canonical


def police_part(alliance: Alliance, reference: str) -> dict[str, Any]:
    """Of a case: `proceedings`, a unit each with its steps and clocks, and the `requests` to the institution."""
    return dict(alliance.transport.get(f"cases/{canonical(reference)}/police"))


def units(alliance: Alliance) -> list[dict[str, Any]]:
    """The directory of police units, with the regions each takes cases of."""
    return alliance.transport.rows("police-units")


def suggestions(alliance: Alliance, reference: str) -> list[dict[str, Any]]:
    """The units with jurisdiction over a case, the most suitable first, each with its reasons."""
    return alliance.transport.rows(f"cases/{canonical(reference)}/police/suggestions")


def answer_request(
    alliance: Alliance,
    reference: str,
    request: str,
    *,
    answer: str,
    evidence: Sequence[str] = (),
    refused: bool = False,
) -> dict[str, Any]:
    """Answer an evidence request with evidence (references) of the institution in the case, or say why there is none.

    Returns its `reference` and `state`. Sent once: a repeat would be refused as answered.
    """
    body = {"answer": answer, "evidence": [canonical(one) for one in evidence], "refused": refused}
    address = f"cases/{canonical(reference)}/police/requests/{canonical(request)}/answer"
    return dict(alliance.transport.post(address, body, repeatable=False))
