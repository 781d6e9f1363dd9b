"""Names of codes in the reader's language."""

from collections.abc import Hashable, Iterable
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from intel import forms, queue_screens
from intel.models import Clue
from intel.typologies import name_of
from kit.language import listed
from privacy.kinds import KINDS, Kind

register = template.Library()

ICONS = {
    "phone/1": "phone",
    "voice/1": "microphone",
    "account/1": "speakerphone",
    "cnid/1": "id",
    "card/1": "credit-card",
    "wechat/1": "brand-wechat",
    "qq/1": "brand-qq",
    "imei/1": "device-mobile",
    "oaid/1": "fingerprint",
    "ip/1": "network",
    "domain/1": "world",
    "uscc/1": "building",
}


@register.filter
def kind_name(kind: Kind) -> str:
    """Name of a kind."""
    return forms.name_of_kind(kind)


@register.filter
def label_name(label: str) -> str:
    """The name of the kind with this label."""
    return forms.name_of_kind(KINDS[label])


@register.filter
def kind_icon(kind: Kind) -> str:
    """Icon of a kind."""
    return ICONS[kind.label]


@register.filter
def typology_name(code: str) -> str:
    """Name of a typology."""
    return name_of(code)


@register.filter
def role_name(code: str) -> str:
    """Name of a role."""
    return str(Clue.Role(code).label)


@register.filter
def proof_name(code: str) -> str:
    """Name of a grade of proof."""
    return str(Clue.Proof(code).label)


@register.filter
def typology_names(codes: Iterable[str]) -> str:
    """Names of typologies, as the reader's language lists things."""
    return listed(name_of(code) for code in codes)


@register.filter
def role_names(codes: Iterable[str]) -> str:
    """Names of roles, likewise."""
    return listed(role_name(code) for code in codes)


register.filter("why_text", queue_screens.why_text)


@register.simple_tag
def piece(template: str, **given: Hashable) -> SafeString:
    """A fragment that depends on nothing but what it is given, rendered once for each value and language.

    A list repeats the same few of them in every row.
    """
    return _piece(template, get_language(), tuple(sorted(given.items())))


@lru_cache(maxsize=1024)
def _piece(template: str, language: str | None, given: tuple[tuple[str, Hashable], ...]) -> SafeString:
    return render_to_string(template, dict(given))
