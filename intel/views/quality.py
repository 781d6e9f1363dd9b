"""The institution's quality and contribution."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from intel import quality_screens
from intel.queries.quality import quality_for
from kit.http import actor_of
from kit.pages import page


@require_safe
def quality(request: HttpRequest) -> HttpResponse:
    """The band, the five parts of the score in words, and what was given and got."""
    found = quality_for(actor_of(request))
    return page(request, "intel/quality.html", {"quality": found, **quality_screens.shown(found)})
