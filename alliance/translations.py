"""Compiles the catalogues of messages; gettext's own programs are not needed on a fresh machine."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def compile_catalogues() -> None:
    """Write each django.mo that is missing or older than its django.po; safe when two processes do it at once."""
    for source in LOCALE.glob("*/LC_MESSAGES/django.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file)
        partial = target.with_suffix(".part")
        with partial.open("wb") as file:
            write_mo(file, catalogue)
        partial.replace(target)
