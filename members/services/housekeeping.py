"""Forgetting what has expired: sessions, their listing, and the marks of the sign-in walls."""

from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.db.models import Exists, OuterRef
from django.utils import timezone

from members.marks import MarkCache


def forget_expired() -> int:
    """Delete expired sessions and marks, and listings of sessions that are gone; return how many rows went."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    live = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=timezone.now())
    listings, _ = UserSession.objects.exclude(Exists(live)).delete()
    marks = caches["default"]
    return int(listings) + (marks.forget_expired() if isinstance(marks, MarkCache) else 0)
