"""Real PostgreSQL for every test that touches a database, from one migrated template."""

import json
import os
import secrets
import tempfile
from base64 import urlsafe_b64encode
from pathlib import Path

# Settings read the environment when pytest-django loads them, so the test environment stands before any fixture.
_STATE = Path(tempfile.mkdtemp(prefix="alliance-test-"))


def _key(size: int) -> dict[str, object]:
    encoded = urlsafe_b64encode(secrets.token_bytes(size)).rstrip(b"=").decode()
    return {"current": "k1", "k": {"k1": encoded}}


def _write_keys(path: Path) -> Path:
    sizes = {"django": 48, "pepper": 64, "note": 32, "mfa": 32, "portal": 32, "alliance": 32}
    keys = {"format": "alliance-keys/1", "embedded": True, "keys": {name: _key(size) for name, size in sizes.items()}}
    path.touch(mode=0o600)
    path.write_text(json.dumps(keys))
    return path


def _environment() -> dict[str, str]:
    database = os.environ.get("TEST_DATABASE_URL", "")
    if not database:
        raise SystemExit("TEST_DATABASE_URL is not set: run the tests through scripts/test.")
    return {
        "ALLIANCE_MODE": "embedded",
        "ALLIANCE_KEYS_FILE": str(_write_keys(_STATE / "keys.json")),
        "ALLIANCE_BASE_URL": "http://localhost:8000",
        "ALLIANCE_EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
        "DATABASE_URL": database,
        "DATABASE_OWNER_URL": database,
        "BROKER_URL": "memory://",
    }


os.environ.update(_environment())
