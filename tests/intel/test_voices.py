"""Voices compare only inside one library: members on different vendors see "not comparable", never silence."""

import pytest

from intel.services.voices import VoiceNotice, voice_notices
from members.models import Circle, VoiceLibrary
from tests.cast import Cast, actor
from tests.intel.clues import file, one, row

ACME, BELL = "acme:shared:3.1", "bell:shared:7"


@pytest.fixture
def north(cast: Cast):
    for library in (ACME, BELL):
        VoiceLibrary.objects.create(circle=cast.cards, name=library)
    return actor(cast.north_analyst)


@pytest.fixture
def south(cast: Cast):
    return actor(cast.south_analyst)


def voice(value: str, library: str) -> dict[str, object]:
    return row(digests=[one(value, "voice/1", library)])


def test_the_first_voice_of_a_circle_has_nothing_to_compare_with(north):
    assert file(north, voice("a", ACME)).voices == ()
    assert voice_notices(north) == []


def test_two_members_on_different_libraries_are_both_told(north, south):
    file(north, voice("a", ACME))
    receipt = file(south, voice("a", BELL))
    assert receipt.voices == (VoiceNotice("cards", [BELL], [{"library": ACME, "members": "<3"}]),)
    assert voice_notices(south) == list(receipt.voices)
    assert voice_notices(north) == [VoiceNotice("cards", [ACME], [{"library": BELL, "members": "<3"}])]


def test_members_of_one_library_are_not_troubled(north, south):
    file(north, voice("a", ACME))
    assert file(south, voice("a", ACME)).voices == ()


def test_a_member_that_uses_both_compares_with_everybody(north, south):
    file(north, voice("a", ACME))
    file(south, voice("a", BELL))
    assert file(south, voice("b", ACME)).voices == ()
    assert voice_notices(south) == []
    assert voice_notices(north)[0].not_comparable == [{"library": BELL, "members": "<3"}]


def test_three_others_are_counted(cast, north, south):
    for person in (cast.south_analyst, cast.harbour_bank_analyst, cast.harbour_leasing_analyst):
        file(actor(person), voice("a", BELL))
    (notice,) = file(north, voice("a", ACME)).voices
    assert notice.not_comparable == [{"library": BELL, "members": "3"}]


def test_a_member_that_reported_no_voice_yet_is_told_what_others_use(north, south):
    file(south, voice("a", BELL))
    assert voice_notices(north) == [VoiceNotice("cards", [], [{"library": BELL, "members": "<3"}])]


def test_a_retired_library_takes_no_more_voices(cast, north):
    library = VoiceLibrary.objects.get(name=ACME)
    library.retired_at = library.registered_at
    library.save()
    assert file(north, voice("a", ACME)).rejected == 1


def test_the_same_receipt_is_given_again_whatever_happened_since(north, south):
    first = file(north, voice("a", ACME), key="k")
    file(south, voice("a", BELL))
    assert file(north, voice("a", ACME), key="k") == first


def test_a_confidential_circle_does_not_say_how_many(cast, north, south):
    for person in (cast.south_analyst, cast.harbour_bank_analyst, cast.harbour_leasing_analyst):
        file(actor(person), voice("a", BELL))
    Circle.objects.filter(pk=cast.cards.pk).update(is_confidential=True)
    (notice,) = file(north, voice("a", ACME)).voices
    assert notice.not_comparable == [{"library": BELL, "members": "-"}]
