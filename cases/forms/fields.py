"""Widgets and readers that several forms of a case share."""

from django import forms


def day_input() -> forms.DateInput:
    """A day, chosen from the browser's own calendar."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def lines(rows: int = 2) -> forms.Textarea:
    """A text of some lines."""
    return forms.Textarea(attrs={"rows": rows})
