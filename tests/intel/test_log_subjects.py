"""The log tells nobody which institutions are parties of one collision."""

import uuid

import pytest

from audit.kinds import KINDS, subject_of
from audit.models import Entry
from audit.services import record, record_each
from intel.models import Clue
from intel.services.withdrawals import withdraw_clue
from members.actors import system_actor
from tests.cast import Cast, actor
from tests.intel.clues import file, row
from tests.intel.test_handshakes import Pair


def test_each_institution_has_a_name_of_its_own_for_a_collision(cast: Cast):
    ref = uuid.uuid4()
    for who in (actor(cast.north_analyst), actor(cast.south_analyst), system_actor("matching")):
        record(who, "collision.disputed", ref)
        record_each(who, "collision.found", [ref])
    names = [entry.subject for entry in Entry.objects.filter(kind__startswith="collision.").order_by("id")]
    assert str(ref) not in names
    assert (names[0], names[2]) == (names[1], names[3])
    assert len(set(names)) == 4


@pytest.mark.parametrize("kind", ["submission.received", "clue.withdrawn", "collision.exported", "handshake.offered"])
def test_what_is_one_institutions_own_stands_under_its_reference(kind: str):
    assert subject_of(kind, "of-one", 1) == "of-one"
    assert kind in KINDS


def test_no_entry_names_a_collision_or_what_brought_it_about(cast: Cast):
    pair = Pair(cast)
    pair.both()
    file(actor(cast.harbour_bank_analyst), row("shared"), match=True)
    told = [f"{entry.subject} {entry.facts}" for entry in Entry.objects.filter(kind__regex="^(collision|handshake)")]
    hidden = {str(pair.ref), *map(str, Clue.objects.values_list("ref", flat=True))}
    hidden |= {str(one.submission.ref) for one in Clue.objects.select_related("submission")}
    assert not [text for text in told for ref in hidden if ref in text]


def test_two_parties_of_a_collision_share_no_subject(cast: Cast):
    """Whatever they do with it, nothing but their own reference stands in both institutions' entries."""
    pair = Pair(cast)
    pair.both()
    withdraw_clue(pair.north, ref=Clue.objects.get(institution=cast.north).ref)
    subjects = {
        of.pk: set(Entry.objects.filter(institution=of).values_list("subject", flat=True))
        for of in (cast.north, cast.south)
    }
    assert subjects[cast.north.pk].isdisjoint(subjects[cast.south.pk])
    assert not Entry.objects.filter(kind__startswith="collision.").exclude(institution=None).exists()
