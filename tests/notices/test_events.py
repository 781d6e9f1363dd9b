"""Publishing and reading events: in order, without gaps, once."""

import uuid

import pytest

from notices.models import Event
from notices.services.events import NewEvent, publish
from notices.services.fan_out import fan_out
from tests.cast import Cast


def test_they_are_numbered_in_the_order_in_which_they_were_published(cast: Cast) -> None:
    subjects = [uuid.uuid4() for _ in range(5)]
    publish([NewEvent(cast.north.pk, "collision.found", subject) for subject in subjects])
    fan_out(cast.north.pk)
    rows = Event.objects.filter(institution=cast.north).order_by("sequence").values_list("sequence", "subject")
    assert list(rows) == list(enumerate(subjects, start=1))


def test_an_unknown_type_is_refused(cast: Cast) -> None:
    with pytest.raises(KeyError):
        publish([NewEvent(cast.north.pk, "collision.invented", uuid.uuid4())])
