"""Names that rows and lists carry in both languages; what gettext translates needs none of this."""

from django.utils.translation import get_language


def in_readers_language(*, zh: str, en: str) -> str:
    """The one of two names that is in the reader's language; Chinese where no language is chosen."""
    return en if (get_language() or "").startswith("en") else zh
