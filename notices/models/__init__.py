"""The models of being told, a module a noun."""

from notices.models.event import Event, EventCounter

__all__ = ["Event", "EventCounter"]
