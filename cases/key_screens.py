"""What the pages of keys show: the directory, the keys of a case, and what their scripts need to know."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cases.models import PublicKey
from cases.queries.keys import Recipient, directory_for, is_own
from cases.services.grants import CaseKeys
from kit.actor import Actor
from kit.capabilities import Capability


@dataclass(frozen=True, slots=True)
class DirectoryRow:
    """A key of the directory; `may_end` shows the button, `successors` the fingerprints that replace it."""

    key: PublicKey
    is_own: bool
    may_end: bool
    successors: Sequence[str]


@dataclass(frozen=True, slots=True)
class AccessRow:
    """A recipient in a case: the generations its key was given, and those it waits for."""

    recipient: Recipient
    has: Sequence[int]
    waits: Sequence[int]


def directory(actor: Actor) -> dict[str, Any]:
    """The context of the directory: `live` and `past` rows, and `known`, which the script reads. Raises Forbidden.

    `known`: fingerprint -> {ref, state, holder} of the keys whose private halves the reader may hold.
    """
    found = directory_for(actor)
    after: dict[int, list[str]] = defaultdict(list)
    for key in found:
        if key.replaces_id is not None:
            after[key.replaces_id].append(key.fingerprint)
    rows = [DirectoryRow(key, is_own(actor, key), key.is_live and _may_end(actor, key), after[key.pk]) for key in found]
    own = {
        row.key.fingerprint: {
            "ref": str(row.key.ref),
            "name": row.key.name,
            "state": "live" if row.key.is_live else row.key.end,
        }
        for row in rows
        if row.is_own
    }
    return {
        "live": [row for row in rows if row.key.is_live],
        "past": [row for row in rows if not row.key.is_live],
        "known": own,
        "ends": PublicKey.End.choices,
        "has_cases": actor.may(Capability.VIEW_CASES),
    }


def access(keys: CaseKeys) -> list[AccessRow]:
    """Who in a case has its key, in the order of the recipients."""
    waits: dict[Any, list[int]] = defaultdict(list)
    for one in keys.waiting:
        waits[one.key].append(one.generation)
    return [
        AccessRow(one, [n for n in keys.generations if n not in waits[one.key]], waits[one.key])
        for one in keys.recipients
    ]


def _may_end(actor: Actor, key: PublicKey) -> bool:
    if key.institution_id != actor.institution:
        return False
    return is_own(actor, key) or actor.may(Capability.MANAGE_CASES)
