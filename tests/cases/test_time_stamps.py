"""A package says when it was signed only if an authority said so, and whoever changes that is found out."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes

from privacy.verify_package import check, lines
from tests.cases import Story, joint_case
from tests.cases.authority import Authority, authority
from tests.cases.packages import Made, made_package, zip_of
from tests.cast import Cast, actor

pytestmark = pytest.mark.django_db


@pytest.fixture(name="story")
def _story(cast: Cast) -> Story:
    return joint_case(cast)


@pytest.fixture(name="tsa")
def _tsa(tmp_path: Path, settings: Any) -> Iterator[Authority]:
    with authority(tmp_path) as made:
        settings.TIMESTAMP_URL, settings.TIMESTAMP_CERTIFICATES = made.url, str(made.root)
        yield made


def built(cast: Cast, story: Story) -> Made:
    return made_package(actor(cast.north_lead), story.case.ref, {})


def test_the_signature_is_stamped_and_the_stamp_is_checked(
    cast: Cast, story: Story, tsa: Authority, tmp_path: Path
) -> None:
    made = built(cast, story)
    assert made.row.timestamp is not None
    found = check(made.zip(tmp_path))
    assert found.problems == []
    stamp = found.facts["timestamp"]
    assert stamp["is_signed"] is True
    assert stamp["certificate"] == tsa.certificate.fingerprint(hashes.SHA256()).hex()
    assert not any("integrity only" in line for line in lines(found, False))
    assert len(tsa.asked) == 1


def test_a_flipped_bit_of_the_stamp_is_named(cast: Cast, story: Story, tsa: Authority, tmp_path: Path) -> None:
    made, chance = built(cast, story), Random(4)
    token = made.files["timestamp.tst"]
    for _turn in range(20):
        at = chance.randrange(len(token))
        changed = token[:at] + bytes([token[at] ^ (1 << chance.randrange(8))]) + token[at + 1 :]
        (problem,) = check(made.zip(tmp_path, **{"timestamp.tst": changed})).problems
        assert (problem["file"], problem["offset"]) == ("timestamp.tst", at)


def test_a_stamp_that_was_taken_out_is_missed(cast: Cast, story: Story, tsa: Authority, tmp_path: Path) -> None:
    made = built(cast, story)
    path = tmp_path / "less.zip"
    path.write_bytes(zip_of({name: raw for name, raw in made.files.items() if name != "timestamp.tst"}))
    (problem,) = check(path).problems
    assert (problem["file"], problem["code"]) == ("timestamp.tst", "missing")


def test_an_authority_that_stamps_something_else_is_not_believed(
    cast: Cast, story: Story, tsa: Authority, tmp_path: Path
) -> None:
    tsa.is_liar = True
    made = built(cast, story)
    assert made.row.timestamp is None
    found = check(made.zip(tmp_path))
    assert found.problems == []
    assert any("integrity only" in line for line in lines(found, False))


def test_an_authority_that_another_root_stands_behind_is_not_believed(
    cast: Cast, story: Story, tsa: Authority, tmp_path: Path, settings: Any
) -> None:
    (tmp_path / "other").mkdir()
    with authority(tmp_path / "other") as other:
        settings.TIMESTAMP_CERTIFICATES = str(other.root)
        assert built(cast, story).row.timestamp is None


def test_an_authority_that_is_away_leaves_a_package_of_integrity_only(
    cast: Cast, story: Story, settings: Any, tmp_path: Path
) -> None:
    settings.TIMESTAMP_URL = "http://127.0.0.1:9/"
    made = built(cast, story)
    assert made.row.timestamp is None
    assert check(made.zip(tmp_path)).problems == []
    assert "仅完整性校验" in made.files["README.txt"].decode()
