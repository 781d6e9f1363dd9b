"""The chain of custody: each entry is hashed together with the chain before it, so that none is changed or dropped.

chain(0) = 32 zero bytes; chain(n) = SHA-256(utf8("alliance/custody/1") || 0x1F || chain(n-1) || canonical JSON of entry
n). Canonical JSON: UTF-8, keys sorted, no blanks, non-ASCII characters as they are. Specified in docs/evidence.md; the
package's verify script computes the same.
"""

import json
from collections.abc import Mapping
from hashlib import sha256

START = bytes(32)
"""The chain before the first entry."""
FIELDS = ("evidence", "number", "act", "version", "at", "institution", "actor", "to", "reason")
"""What an entry names: references as text ("" for none), `version` its number (0 for none), `at` as ISO 8601 in UTC
with microseconds, `reason` the hex of `reason_hash` ("" for none)."""


def link(before: bytes, entry: Mapping[str, str | int]) -> bytes:
    """The chain after an entry with exactly FIELDS. Raises ValueError for other ones."""
    if set(entry) != set(FIELDS):
        raise ValueError("a custody entry has exactly the fields that it is defined with")
    stated = json.dumps(dict(entry), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(b"alliance/custody/1\x1f" + before + stated.encode()).digest()


def reason_hash(salt: bytes, reason: str) -> str:
    """What stands for a reason in the chain: hex SHA-256 of a secret salt and the text, so that nobody guesses it."""
    return sha256(salt + reason.encode()).hexdigest()
