"""Rotation of a server key: begin, let the owners of the sealed values seal them again, finish.

Each app that seals registers how to count what an id still seals and how to seal it with the current one; an id leaves
the file only at zero.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from audit import services as audit
from custody.services import keyfile
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Conflict, Unavailable
from privacy.envelope import KeyFileError


@dataclass(frozen=True, slots=True)
class Use:
    """An app's use of a key: `count(key_id)` of stored values it seals, `reseal(actor)` all with the current id."""

    count: Callable[[str], int]
    reseal: Callable[[Actor], int]


_uses: dict[str, list[Use]] = {}


def register_use(name: str, use: Use) -> None:
    """Register, when the platform starts, that an app seals stored values with the key `name`."""
    _uses.setdefault(name, []).append(use)


def still_sealed(name: str, key_id: str) -> int:
    """How many stored values need this id. Raises Conflict if no app has registered that it uses the key."""
    return sum(use.count(key_id) for use in _known(name))


def reseal(actor: Actor, *, name: str) -> int:
    """Seal everything with the current id of the key, and return how many values changed. Safe to run again."""
    actor.require(Capability.MANAGE_KEYS)
    return sum(use.reseal(actor) for use in _known(name))


def _known(name: str) -> list[Use]:
    if name not in _uses:
        raise Conflict(f"Nothing can say what is sealed with {name}.", code="key_use_unknown")
    return _uses[name]


def begin_rotation(actor: Actor, *, name: str) -> str:
    """Add a new id of the key `pepper`, `note`, `mfa` or `case`, make it current, and return it.

    Running processes go on with the ring they started with: restart them, then seal again. Raises Conflict.
    """
    actor.require(Capability.MANAGE_KEYS)
    path = Path(settings.KEYS_FILE)
    with _refusing(), transaction.atomic():
        # Recorded first: if the entry cannot be written the file stays as it was, and the other way round.
        audit.record(actor, "key.rotation_begun", f"key:{name}", id=keyfile.next_id(path, name))
        return keyfile.begin(path, name)


def finish_rotation(actor: Actor, *, name: str, key_id: str) -> None:
    """Remove an old id of the key. Raises Conflict while anything stored is sealed with it."""
    actor.require(Capability.MANAGE_KEYS)
    left = still_sealed(name, key_id)
    if left:
        raise Conflict(f"{left} stored values are still sealed with {name} {key_id}.", code="key_in_use", left=left)
    with _refusing(), transaction.atomic():
        audit.record(actor, "key.rotation_finished", f"key:{name}", id=key_id)
        keyfile.finish(Path(settings.KEYS_FILE), name, key_id)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except KeyFileError as error:
        raise Conflict(f"{error}.", code="key_file") from error
    except OSError as error:
        raise Unavailable("The key file cannot be read or written.", code="key_file") from error
