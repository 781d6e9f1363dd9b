"""Quality: moved by what others made of it, never by how much; the band and what follows from it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Entry
from intel.models import Collision, Contribution, Party, QualityScore
from intel.quality import ENOUGH, FULL, PARTS, Share, band_of, estimate, quality
from intel.queries.quality import quality_for
from intel.services.opinions import give_opinion
from intel.services.quality import close_day
from kit.errors import Forbidden
from members.models import Institution
from notices.models import Event
from tests.cast import Cast, actor, client_of
from tests.intel.clues import file, row

shares = st.builds(lambda of, good: Share(min(good, of), of), st.integers(0, 200), st.integers(0, 200))
mixes = st.fixed_dictionaries({part.code: shares for part in PARTS})
known = st.builds(lambda of, good: Share(min(good, of), of), st.integers(ENOUGH, 400), st.integers(0, 400))
known_mixes = st.fixed_dictionaries({part.code: known for part in PARTS})


def times(mix: dict[str, Share], factor: int) -> dict[str, Share]:
    return {code: Share(share.good * factor, share.of * factor) for code, share in mix.items()}


@given(known_mixes, st.integers(1, 1000))
def test_more_of_the_same_mix_changes_nothing(mix: dict[str, Share], factor: int) -> None:
    assert quality(times(mix, factor)) == quality(mix)


@given(shares, st.integers(1, 1000), st.integers(0, FULL))
def test_more_of_the_same_never_passes_what_the_share_itself_says(share: Share, factor: int, usual: int) -> None:
    more = estimate(Share(share.good * factor, share.of * factor), usual)
    itself = share.good * FULL // share.of if share.of else usual
    assert min(itself, estimate(share, usual)) - 1 <= more <= max(itself, estimate(share, usual)) + 1


@given(mixes, st.sampled_from([part.code for part in PARTS]))
def test_one_more_good_one_never_lowers_a_score_that_is_known(mix: dict[str, Share], code: str) -> None:
    share = mix[code]
    better = {**mix, code: Share(share.good + 1, share.of + 1)}
    if share.of >= ENOUGH:
        assert quality(better).score >= quality(mix).score


@given(mixes)
def test_the_parts_add_up_within_bounds(mix: dict[str, Share]) -> None:
    found = quality(mix)
    assert sum(found.points.values()) == found.score
    assert 0 <= found.score <= FULL


def test_who_is_not_known_yet_is_in_band_b() -> None:
    nothing = quality({part.code: Share(0, 0) for part in PARTS})
    assert (nothing.score, nothing.band) == (7300, "B")


def test_a_new_member_is_in_band_b_whatever_it_does() -> None:
    worst = quality({part.code: Share(0, 50) for part in PARTS})
    assert (band_of(worst, 89), band_of(worst, 90)) == ("B", "D")
    best = quality({part.code: Share(50, 50) for part in PARTS})
    assert (best.score, band_of(best, 89), band_of(best, 90)) == (FULL, "B", "A")


@pytest.fixture
def old(cast: Cast) -> Cast:
    Institution.objects.update(created_at=timezone.now() - timedelta(days=100))
    return cast


def collide(cast: Cast, number: int) -> list[Collision]:
    rows = [row(f"v{n}", note="seen twice", own_reference=f"N-{n}") for n in range(number)]
    file(actor(cast.north_analyst), *rows, match=True)
    file(actor(cast.south_analyst), *[row(f"v{n}") for n in range(number)], match=True)
    return list(Collision.objects.order_by("pk"))


def parts(institution: Institution) -> dict[str, tuple[int, int]]:
    row = QualityScore.objects.get(institution=institution)
    return {code: (part["good"], part["of"]) for code, part in row.parts.items()}


def test_the_ledger_counts_what_others_made_of_it(old: Cast) -> None:
    found = collide(old, 4)
    south, north = actor(old.south_analyst), actor(old.north_analyst)
    for verdict, one in zip(("confirmed", "confirmed", "false", "disputed"), found, strict=True):
        give_opinion(south, ref=one.ref, verdict=verdict, reason="as our own case shows")
    give_opinion(north, ref=found[0].ref, verdict="confirmed", reason="ours too")
    Party.objects.filter(institution=old.north, collision=found[0]).update(
        status="accepted", decided_at=timezone.now(), due_at=timezone.now() + timedelta(days=1)
    )
    Party.objects.filter(institution=old.north, collision=found[1]).update(due_at=timezone.now() - timedelta(days=1))
    assert close_day() == Institution.objects.exclude(group=None).count()
    assert parts(old.north) == {
        "confirmed": (2, 3), "standing": (4, 4), "complete": (16, 16), "fresh": (0, 4), "in_time": (1, 2),
    }  # fmt: skip
    assert parts(old.south)["confirmed"] == (1, 1)
    line = Contribution.objects.get(institution=old.north)
    assert (line.clues, line.first, line.corroborated, line.collisions) == (4, 4, 4, 4)
    assert (line.confirmations_given, line.confirmations_got) == (1, 2)
    assert Contribution.objects.get(institution=old.south).first == 0
    close_day()
    assert Contribution.objects.filter(institution=old.north).count() == 1


def test_ones_own_group_and_an_echo_confirm_nothing(old: Cast) -> None:
    file(actor(old.harbour_bank_analyst), row("a"))
    file(actor(old.harbour_leasing_analyst), row("a", typology="impersonation"))
    file(actor(old.north_analyst), row("a"), match=True)
    file(actor(old.south_analyst), row("a"), match=True)
    ref = Collision.objects.get().ref
    for who in (old.harbour_leasing_analyst, old.south_analyst):
        give_opinion(actor(who), ref=ref, verdict="confirmed", reason="we saw it")
    close_day()
    assert parts(old.harbour_bank)["confirmed"] == (0, 0)
    assert parts(old.north)["confirmed"] == (1, 1)
    assert Contribution.objects.get(institution=old.north).confirmations_got == 1


def test_what_is_delisted_costs(old: Cast) -> None:
    found = collide(old, 3)
    for who in (old.south_analyst, old.north_analyst):
        give_opinion(actor(who), ref=found[0].ref, verdict="false", reason="a courier")
    close_day()
    assert parts(old.north)["standing"] == (2, 3)


def test_a_small_circle_leaves_no_trace_in_the_numbers(old: Cast, settings: object) -> None:
    collide(old, 2)
    settings.SMALLEST_CIRCLE = 50  # type: ignore[attr-defined]
    close_day()
    line = Contribution.objects.get(institution=old.north)
    assert (line.clues, line.first, line.corroborated, line.collisions) == (2, 0, 0, 0)


def test_a_band_that_changes_is_recorded_and_told(old: Cast) -> None:
    collide(old, 30)
    for one in Collision.objects.all():
        give_opinion(actor(old.south_analyst), ref=one.ref, verdict="false", reason="not an agent")
    Party.objects.update(due_at=timezone.now() - timedelta(days=1))
    close_day()
    old.north.refresh_from_db()
    assert old.north.band == "C"
    assert old.north.banded_at is not None
    entry = Entry.objects.get(kind="quality.banded", subject=str(old.north.ref))
    assert entry.facts == {"band": "C", "before": "B"}
    assert Event.objects.filter(type="quality.banded", institution=old.north).count() == 1
    close_day()
    assert Entry.objects.filter(kind="quality.banded", subject=str(old.north.ref)).count() == 1


def test_the_page_explains_it_and_names_nobody(old: Cast) -> None:
    collide(old, 3)
    close_day()
    shown = quality_for(actor(old.north_analyst))
    assert [part.code for part in shown.parts] == [part.code for part in PARTS]
    assert shown.bands == {"A": "<3", "B": "8", "C": "<3", "D": "<3"}
    for who in (old.north_analyst, old.north_lead, old.north_admin):
        page = client_of(who).get("/quality").content.decode()
        assert "South Bank" not in page
        assert "南原" not in page
    with pytest.raises(Forbidden):
        quality_for(actor(old.operator_security))
