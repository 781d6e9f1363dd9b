"""What comes in with a decision about clues, parsed. Services decide."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from kit.errors import Invalid


def reason(request: HttpRequest) -> str:
    """The reason a person gave; the service checks it."""
    return request.POST.get("reason", "")


def chosen_clues(request: HttpRequest) -> dict[str, Any]:
    """The clues that were ticked, or the submission all of whose waiting clues are meant. Raises Invalid."""
    try:
        if submission := request.POST.get("submission", ""):
            return {"submission": UUID(submission)}
        return {"refs": [UUID(ref) for ref in request.POST.getlist("refs")]}
    except ValueError:
        raise Invalid(_("The request is malformed."), code="malformed") from None
