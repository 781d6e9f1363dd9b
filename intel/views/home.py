"""The analyst's home page."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from intel import screens
from intel.queries.home import home_for
from intel.queries.submissions import submissions_for
from intel.services.voices import voice_notices
from kit.http import actor_of
from kit.pages import page


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What collided since the analyst last looked, and the institution's numbers."""
    actor = actor_of(request)
    since = timezone.localdate(screens.last_look(request, actor.ref) or timezone.now() - timedelta(days=7))
    found = home_for(actor, since=since)
    context = {"home": found, "since": since, "chart": screens.trend_chart(found.trend)}
    context |= {
        "voices": screens.voice_lines(voice_notices(actor), actor),
        "latest": submissions_for(actor, limit=5).rows,
        "small_circles": screens.small_circles(actor),
    }
    return page(request, "intel/home.html", context)
