"""The registry as files: what `manage.py export_signers` writes and `enrol --file` reads."""

import json
import re
from pathlib import Path

from custody.daemon.ledger import Signer
from privacy.signing import key_of

FORMAT = "alliance-signers/1"
_NAME = re.compile(r"portal|alliance|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def signer(name: str, public_key: str, approval_key: str | None, daily: int, burst: int) -> Signer:
    """A registry row from its texts: keys are base64url of 32 bytes. Raises ValueError that names the field."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is neither an institution's reference (a UUID) nor portal or alliance")
    if daily < 0 or burst < 0:
        raise ValueError("daily and burst count values; they are not negative")
    return Signer(
        name=name,
        public_key=key_of(public_key, "public key"),
        approval_key=key_of(approval_key, "approval key") if approval_key else None,
        daily=daily,
        burst=burst,
    )


def read(path: Path) -> tuple[list[Signer], list[str]]:
    """Signers to enrol and names to revoke from a registry file. Raises ValueError."""
    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ValueError(f"{path} is not in the format {FORMAT}")
    try:
        enrolled = [
            signer(row["signer"], row["public_key"], row["approval_key"], int(row["daily"]), int(row["burst"]))
            for row in content["signers"]
        ]
        return enrolled, [str(name) for name in content["revoked"]]
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path} lacks a field: {error}") from error
