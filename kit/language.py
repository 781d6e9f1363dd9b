"""Names that rows and lists carry in both languages; what gettext translates needs none of this."""

from collections.abc import Iterable

from django.utils.translation import get_language


def in_readers_language(*, zh: str, en: str) -> str:
    """The one of two names that is in the reader's language; Chinese where no language is chosen."""
    return en if (get_language() or "").startswith("en") else zh


def listed(names: Iterable[str]) -> str:
    """Names one after the other, as the reader's language separates them."""
    return in_readers_language(zh="、", en=", ").join(names)
