"""A member's machine beside a platform on a real socket."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from alliance_client.config import Config, make_home, write_private
from alliance_client.http import Retry
from alliance_client.sdk import Alliance
from privacy import signing
from privacy.encoding import b64
from tests.client.platform import ALLIANCE_SEED, INSTITUTION, TOKEN, Platform

SIGNING = hashlib.sha256(b"signing").digest()
APPROVAL = hashlib.sha256(b"approval").digest()
QUICK = Retry(attempts=4, seconds=5, first_wait=0.01)


@dataclass(frozen=True)
class Member:
    """One institution's client, initialised, and the platform it talks to."""

    home: Path
    platform: Platform
    url: str

    def client(self, **options: object) -> Alliance:
        """The SDK with quick retries."""
        return Alliance.load(self.home, **{"retry": QUICK, "threads": 2, **options})


@pytest.fixture
def platform() -> Platform:
    return Platform.for_member(SIGNING, APPROVAL)


@pytest.fixture
def member(platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Member]:
    monkeypatch.setenv("ALLIANCE_LANG", "en")
    monkeypatch.delenv("ALLIANCE_CREDENTIAL", raising=False)
    home = tmp_path / "home"
    monkeypatch.setenv("ALLIANCE_HOME", str(home))
    with platform.running() as url:
        make_home(home)
        write_private(home / "credential", TOKEN)
        write_private(home / "signing.key", b64(SIGNING))
        write_private(home / "approval.key", b64(APPROVAL))
        transcript = platform.transcript
        key = signing.text_of(signing.public_key(ALLIANCE_SEED))
        Config(home, url, str(INSTITUTION), transcript.fingerprint(), key).save(transcript)
        yield Member(home, platform, url)
