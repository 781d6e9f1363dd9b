"""Not one byte of what an institution reads depends on a collision that it is no party to."""

import uuid

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from intel.models import Clue, Collision, Party, Submission
from tests.cast import Cast, actor, api_client, client_of, token_of
from tests.intel.clues import file, row
from tests.intel.reading import everything, told


def objects_of(institution: object) -> dict[str, dict[str, object]]:
    return {
        "submission": {"ref": Submission.objects.get(institution=institution).ref},
        "clue": {"ref": Clue.objects.get(institution=institution).ref},
    }


@pytest.mark.parametrize("who", ["harbour_bank", "outsider"])
def test_a_collision_of_others_is_nowhere_to_be_read(cast: Cast, who: str):
    """The one bystander is of the same circle and filed something else; the other is of another circle."""
    institution, person = getattr(cast, who), getattr(cast, f"{who}_analyst")
    circle = "loans" if who == "outsider" else "cards"
    with time_machine.travel(timezone.now(), tick=False):
        file(actor(person), row("of its own", circle=circle), match=True)
        browser, system, objects = client_of(person), api_client(token_of(institution)), objects_of(institution)
        everything(browser, system, objects)  # what a first look leaves behind
        before = everything(browser, system, objects)
        for party in (cast.north_lead, cast.south_lead):
            file(actor(party), row("shared"), match=True)
        after = everything(browser, system, objects)
        assert Collision.objects.count() == 1
        assert {url for url in before if before[url] != after[url]} == set()
        hidden, absent = Collision.objects.get().ref, uuid.uuid4()
        for name, client in (("intel:collision-detail", browser), ("api:collision", system)):
            urls = [reverse(name, args=[ref]) for ref in (hidden, absent)]
            answers = {told(client.get(url))[2].replace(url.encode(), b"") for url in urls}
            assert len(answers) == 1


def test_what_one_side_says_of_the_other_ties_no_two_collisions_together(cast: Cast):
    """South's one upload brings about many collisions with North's: nothing but the day says that they are of one."""
    values = [f"value {n}" for n in range(40)]
    file(actor(cast.north_lead), *[row(value) for value in values], match=True)
    file(actor(cast.south_lead), *[row(value) for value in values], match=True)
    assert Collision.objects.count() == len(values)
    system = api_client(token_of(cast.north))
    listed = system.get(f"{reverse('api:collisions')}?limit=200").json()["results"]
    labels = [one["others"][0]["label"] for one in listed]
    assert {"A", "B"} == set(labels)  # drawn afresh each time: one in 2^39 that it is not
    finer_than_a_day = [value for one in listed for value in _moments(one["others"])]
    assert finer_than_a_day == []
    shared = set.intersection(*({*_moments(one)} for one in listed))
    joined = {one.isoformat()[:19] for one in Party.objects.values_list("joined_at", flat=True)}
    assert not {moment for moment in shared for one in joined if moment.startswith(one)}


def _moments(value: object) -> list[str]:
    """Every text that is a time of day."""
    match value:
        case dict():
            return [moment for item in value.values() for moment in _moments(item)]
        case list():
            return [moment for item in value for moment in _moments(item)]
        case str() if len(value) > 15 and value[4:5] == "-" and "T" in value:
            return [value]
        case _:
            return []
