"""Days and amounts as a Chinese document writes them."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone


def day(on: date | datetime | str | None) -> str:
    """2026年5月1日, of a moment in China Standard Time; empty for none."""
    if not on:
        return ""
    known = date.fromisoformat(on) if isinstance(on, str) else on
    if isinstance(known, datetime):
        known = timezone.localtime(known, timezone.get_default_timezone()).date()
    return f"{known.year}年{known.month}月{known.day}日"


def moment(at: datetime | str | None) -> str:
    """2026年5月1日 09:30:00 in China Standard Time; empty for none."""
    if not at:
        return ""
    known = datetime.fromisoformat(at) if isinstance(at, str) else at
    local = timezone.localtime(known, timezone.get_default_timezone())
    return f"{day(local.date())} {local:%H:%M:%S}"


def yuan(amount: Decimal) -> str:
    """12,345.00"""
    return f"{amount:,.2f}"


def grouped(checksum: str) -> str:
    """A checksum in groups of eight, so that it breaks across lines and can be compared by eye."""
    return " ".join(checksum[at : at + 8] for at in range(0, len(checksum), 8))
