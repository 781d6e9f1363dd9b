"""Small tags the pages share: icons, assets by their hash, moments in time, tones of a state."""

from datetime import datetime
from decimal import Decimal

from django import template
from django.forms import BoundField
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kit import pages

register = template.Library()


register.simple_tag(pages.asset, name="asset")


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """An icon of the sprite (frontend/icons.txt). It says nothing to a screen reader: put words beside it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        extra,
        pages.asset("img/icons.svg"),
        name,
    )


@register.simple_tag
def moment(value: datetime | None, style: str = "%Y-%m-%d %H:%M") -> SafeString | str:
    """A point in time, absolute in the reader's zone; the script adds how long ago on hover. A dash for none."""
    if value is None:
        return "–"
    local = timezone.localtime(value)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), local.strftime(style))


@register.filter
def number(value: int | None) -> str:
    """A count with its thousands apart; a dash for none."""
    return "–" if value is None else f"{value:,}"


@register.filter
def yuan(value: Decimal) -> str:
    """An amount of money to the cent, its thousands apart in both languages."""
    return f"{value:,.2f}"


@register.filter
def short(ref: object) -> str:
    """The first group of a reference: enough to recognise it by in a list."""
    return str(ref).partition("-")[0]


@register.simple_tag
def control(field: BoundField, css: str = "") -> SafeString:
    """A form field's widget in our looks, tied to its hint and its errors for a screen reader."""
    kinds = {"select": "form-select", "checkbox": "form-check-input", "selectmultiple": "form-select"}
    attrs: dict[str, str | bool] = {
        "class": " ".join(
            filter(None, [css or kinds.get(field.widget_type, "form-control"), "is-invalid" if field.errors else ""])
        )
    }
    if field.errors:
        attrs["aria-invalid"] = "true"
        attrs["aria-describedby"] = f"{field.auto_id}_error"
    return field.as_widget(attrs=attrs)
