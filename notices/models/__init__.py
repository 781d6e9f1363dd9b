"""The models of being told, a module a noun."""

from notices.models.event import Event, EventCounter
from notices.models.watch import Letter, MailPace, Notice, Watch
from notices.models.webhook import Delivery, Webhook

__all__ = ["Delivery", "Event", "EventCounter", "Letter", "MailPace", "Notice", "Watch", "Webhook"]
