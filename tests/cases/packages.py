"""Packages for tests: built by a participant, with their evidence, as an archive or a folder.

made = made_package(actor(cast.north_lead), story.case.ref, {"evidence/001-v1.png": b"..."})
check(made.zip(tmp_path))            privacy.verify_package on it
"""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from cases.models import Package
from cases.services.packages import build_package, take_package
from kit.actor import Actor
from privacy.archives import archive


@dataclass(frozen=True)
class Made:
    """A package and all its files."""

    row: Package
    files: dict[str, bytes]

    def zip(self, folder: Path, **changed: bytes) -> Path:
        """Its archive; `changed` files are replaced or added."""
        target = folder / "package.zip"
        target.write_bytes(zip_of({**self.files, **changed}))
        return target

    def folder(self, folder: Path) -> Path:
        """The same unpacked."""
        for path, raw in self.files.items():
            target = folder / "unpacked" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(raw)
        return folder / "unpacked"


def zip_of(files: dict[str, bytes]) -> bytes:
    """An archive of these files."""
    return b"".join(archive((path, [raw]) for path, raw in files.items()))


def made_package(by: Actor, case: UUID, evidence: dict[str, bytes]) -> Made:
    """Build a package, take it and add the evidence."""
    row = build_package(by, case)
    return Made(row, {**take_package(by, case, row.ref), **evidence})
