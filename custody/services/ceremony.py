"""The ceremony transcript that this platform was set up with: a public file, checked once for each version of it."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_noop as _

from kit.errors import Unavailable
from privacy.ceremony import CeremonyError, Transcript


def transcript() -> Transcript:
    """The checked transcript of the current key. Raises Unavailable if there is none or it does not hold."""
    if not settings.TRANSCRIPT_FILE:
        raise Unavailable(_("No key ceremony has been held yet."), code="no_ceremony")
    path = Path(settings.TRANSCRIPT_FILE)
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise Unavailable(_("The ceremony transcript cannot be read."), code="no_ceremony") from error
    except CeremonyError as error:
        raise Unavailable(_("The ceremony transcript is not valid."), code="ceremony_invalid") from error


@lru_cache(maxsize=4)
def _read(path: Path, _version: int) -> Transcript:
    found = Transcript.from_json(path.read_text(encoding="utf-8"))
    found.check()
    return found
