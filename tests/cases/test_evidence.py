"""Evidence is uploaded in parts, checked on arrival, read under its custody record, and never replaced."""

import io
import secrets
import uuid
from hashlib import sha256
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile

from audit.models import Entry
from cases import locker
from cases.models import CustodyEntry, Evidence, EvidencePart, EvidenceVersion, TimelineEntry
from cases.queries.evidence import evidence_for, evidence_of, records_of
from cases.services.evidence import open_version, read_part, seal_evidence, verify_evidence
from cases.services.uploads import begin_upload, drop_upload, finish_upload, put_part
from kit.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from privacy.locker import PART_SIZE, decrypt_chunks, file_key
from tests.cases import joint_case, remove
from tests.cases.lockers import ABOUT, CASE_KEY, begin, finish, send, source_of, upload
from tests.cast import Cast, actor

pytestmark = pytest.mark.django_db
BIG = 17 * 2**20 + 5
"""Three parts."""


def _places(version: EvidenceVersion) -> list[Path]:
    return sorted((Path(settings.EVIDENCE_DIR) / version.ref.hex[:2] / version.ref.hex).glob("*"))


def test_a_file_comes_back_as_it_was(cast: Cast) -> None:
    case, north, police = joint_case(cast).case, actor(cast.north_analyst), actor(cast.police_officer)
    content = secrets.token_bytes(BIG)
    sent = upload(north, case.ref, content)
    assert sent.row.state == "kept"
    assert len(sent.parts) == 3

    opening = open_version(police, case.ref, version=sent.version.ref, act="copied", reason="取证")
    cipher = b"".join(
        read_part(police, case.ref, version=sent.version.ref, number=number, opening=opening.ref).read()
        for number in range(opening.parts)
    )
    assert cipher == b"".join(sent.parts)
    row = opening.version
    key = file_key(
        CASE_KEY,
        salt=bytes(row.salt),
        case=str(case.ref),
        evidence=str(row.evidence.ref),
        version=row.number,
        source_sha256=bytes(row.source_sha256),
    )
    assert b"".join(decrypt_chunks(key, io.BytesIO(cipher))) == content
    assert bytes(row.source_sha256) == sha256(content).digest()


def test_an_interrupted_upload_goes_on_where_it_stopped(cast: Cast) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    content = secrets.token_bytes(BIG)
    first = begin(north, case.ref, content)
    send(north, case.ref, first, 0)
    again = begin(north, case.ref, content)
    assert again.version == first.version
    assert bytes(again.version.salt) == bytes(first.version.salt)
    assert again.parts == first.parts
    send(north, case.ref, again, 2, 0, 1)
    assert finish(north, case.ref, again).state == "kept"
    assert Evidence.objects.count() == 1


def test_a_part_is_never_replaced_by_another(cast: Cast) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    sent = begin(north, case.ref)
    send(north, case.ref, sent)
    other = bytes(len(sent.parts[0]))
    with pytest.raises(Conflict) as refused:
        put_part(north, case.ref, version=sent.version.ref, number=0, body=io.BytesIO(other), length=None)
    assert refused.value.code == "part_differs"
    assert _places(sent.version)[0].read_bytes() == sent.parts[0]


@pytest.mark.parametrize("body", [b"", b"short"])
def test_a_part_that_is_cut_off_leaves_nothing_behind(cast: Cast, body: bytes) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    sent = begin(north, case.ref)
    with pytest.raises(Invalid):
        put_part(north, case.ref, version=sent.version.ref, number=0, body=io.BytesIO(body), length=None)
    assert not EvidencePart.objects.exists()
    assert not _places(sent.version)
    assert not list(Path(settings.EVIDENCE_DIR).glob(".arriving-*"))


def test_a_full_disk_is_said_and_nothing_half_is_stored(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    sent = begin(north, case.ref)

    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(locker.os, "fsync", full)
    with pytest.raises(Unavailable) as refused:
        send(north, case.ref, sent)
    assert refused.value.code == "locker_full"
    assert refused.value.retry_after
    assert not EvidencePart.objects.exists()
    assert not list(Path(settings.EVIDENCE_DIR).glob(".arriving-*"))
    monkeypatch.undo()
    send(north, case.ref, sent)
    assert finish(north, case.ref, sent).state == "kept"


def test_what_arrives_otherwise_than_declared_is_refused_and_recorded(cast: Cast) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    sent = begin(north, case.ref)
    send(north, case.ref, sent)
    _places(sent.version)[0].write_bytes(bytes(len(sent.parts[0])))
    assert finish(north, case.ref, sent).state == "refused"
    assert not _places(sent.version)
    assert [one.act for one in CustodyEntry.objects.all()] == ["refused"]
    assert Entry.objects.filter(kind="evidence.refused").count() == 1


def test_missing_parts_are_named(cast: Cast) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    sent = begin(north, case.ref, bytes(BIG))
    send(north, case.ref, sent, 1)
    with pytest.raises(Conflict) as refused:
        finish(north, case.ref, sent)
    assert refused.value.extras["missing"] == [0, 2]


def test_another_file_is_another_version_until_the_evidence_is_sealed(cast: Cast) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    first = upload(north, case.ref, b"first")
    item = first.version.evidence
    second = upload(north, case.ref, b"second", evidence=item.ref)
    assert second.row.number == 2
    assert len(evidence_for(north, case.ref, item.ref).versions) == 2
    seal_evidence(north, case.ref, evidence=item.ref, reason="取证完成")
    with pytest.raises(Conflict) as refused:
        begin(north, case.ref, b"third", evidence=item.ref)
    assert refused.value.code == "evidence_sealed"
    with pytest.raises(Conflict):
        seal_evidence(north, case.ref, evidence=item.ref, reason="再次")


def test_nobody_adds_to_anothers_evidence(cast: Cast) -> None:
    case, north, south = joint_case(cast).case, actor(cast.north_analyst), actor(cast.south_analyst)
    sent = upload(north, case.ref)
    begun = begin(north, case.ref, b"other")
    with pytest.raises(NotFound):
        begin(south, case.ref, b"mine", evidence=sent.version.evidence.ref)
    with pytest.raises(NotFound):
        send(south, case.ref, begun)
    with pytest.raises(NotFound):
        drop_upload(south, case.ref, version=begun.version.ref)
    with pytest.raises(Forbidden):
        seal_evidence(south, case.ref, evidence=sent.version.evidence.ref, reason="不是本机构的")


def test_outsiders_and_removed_ones_find_nothing(cast: Cast) -> None:
    case, north, south = joint_case(cast).case, actor(cast.north_analyst), actor(cast.south_analyst)
    sent = upload(north, case.ref)
    theirs = begin(south, case.ref, b"theirs")
    opening = open_version(south, case.ref, version=sent.version.ref, act="viewed", reason="核对")
    remove(case, cast.south)
    for who in (south, actor(cast.outsider_analyst)):
        for act in (
            lambda who=who: evidence_of(who, case.ref),
            lambda who=who: evidence_for(who, case.ref, sent.version.evidence.ref),
            lambda who=who: begin(who, case.ref, b"more"),
            lambda who=who: send(who, case.ref, theirs),
            lambda who=who: open_version(who, case.ref, version=sent.version.ref, act="viewed", reason="核对"),
            lambda who=who: read_part(who, case.ref, version=sent.version.ref, number=0, opening=opening.ref),
        ):
            with pytest.raises(NotFound):
                act()


def test_evidence_of_one_case_is_not_found_in_another(cast: Cast) -> None:
    north = actor(cast.north_analyst)
    one, other = joint_case(cast).case, joint_case(cast, value="second").case
    sent = upload(north, one.ref)
    with pytest.raises(NotFound):
        evidence_for(north, other.ref, sent.version.evidence.ref)
    with pytest.raises(NotFound):
        open_version(north, other.ref, version=sent.version.ref, act="viewed", reason="核对")


def test_nothing_is_read_without_an_entry_of_ones_own(cast: Cast) -> None:
    case, north, south = joint_case(cast).case, actor(cast.north_analyst), actor(cast.south_analyst)
    sent = upload(north, case.ref)
    opening = open_version(south, case.ref, version=sent.version.ref, act="viewed", reason="核对")
    for ref in (uuid.uuid4(), opening.ref):
        with pytest.raises(Conflict) as refused:
            read_part(north, case.ref, version=sent.version.ref, number=0, opening=ref)
        assert refused.value.code == "not_opened"
    entry = CustodyEntry.objects.get(ref=opening.ref)
    assert (entry.act, entry.institution_id, entry.user_id) == ("viewed", cast.south.pk, cast.south_analyst.pk)
    assert Entry.objects.filter(kind="evidence.viewed").count() == 1


def test_a_reason_with_a_phone_number_is_refused(cast: Cast) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    sent = upload(north, case.ref)
    with pytest.raises(Invalid):
        open_version(north, case.ref, version=sent.version.ref, act="viewed", reason="核对13812345678")
    with pytest.raises(Invalid):
        begin_upload(north, case.ref, source=source_of(b"x"), about={**ABOUT, "title": "13812345678"})
    with pytest.raises(Invalid):
        begin_upload(north, case.ref, source=source_of(b"x", name="13812345678.png"), about=ABOUT)


def _swap_files(first: EvidenceVersion, second: EvidenceVersion) -> None:
    one, other = _places(first)[0], _places(second)[0]
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)


def _swap_part_rows(first: EvidenceVersion, second: EvidenceVersion) -> None:
    one, other = first.parts.get(), second.parts.get()
    EvidencePart.objects.filter(pk=one.pk).update(sha256=other.sha256)
    EvidencePart.objects.filter(pk=other.pk).update(sha256=one.sha256)
    _swap_files(first, second)


def _swap_rows(first: EvidenceVersion, second: EvidenceVersion) -> None:
    """Everything of two rows but their references, with the files: what a copy of the whole row would look like."""
    fields = ("salt", "size", "cipher_size", "source_sha256", "source_sm3", "cipher_sha256", "cipher_sm3", "mac")
    values = {one.pk: {name: getattr(one, name) for name in fields} for one in (first, second)}
    _swap_part_rows(first, second)
    EvidenceVersion.objects.filter(pk=first.pk).update(**values[second.pk])
    EvidenceVersion.objects.filter(pk=second.pk).update(**values[first.pk])


def _move_to_other_evidence(first: EvidenceVersion, second: EvidenceVersion) -> None:
    EvidenceVersion.objects.filter(pk=first.pk).update(number=7)
    EvidenceVersion.objects.filter(pk=second.pk).update(evidence_id=first.evidence_id, number=1)
    EvidenceVersion.objects.filter(pk=first.pk).update(evidence_id=second.evidence_id, number=1)


def _change_sums(first: EvidenceVersion, _second: EvidenceVersion) -> None:
    EvidenceVersion.objects.filter(pk=first.pk).update(source_sha256=bytes(32))


def _drop_file(first: EvidenceVersion, _second: EvidenceVersion) -> None:
    _places(first)[0].unlink()


@pytest.mark.parametrize(
    "tamper", [_swap_files, _swap_part_rows, _swap_rows, _move_to_other_evidence, _change_sums, _drop_file]
)
def test_what_was_exchanged_is_refused_audited_and_written_to_custody(cast: Cast, tamper: object) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    first, second = upload(north, case.ref, b"one"), upload(north, case.ref, b"two", kind="letter")
    opening = open_version(north, case.ref, version=first.version.ref, act="viewed", reason="核对")
    before = CustodyEntry.objects.filter(act="refused").count()
    tamper(first.row, second.row)  # type: ignore[operator]
    for _again in range(2):
        with pytest.raises(Conflict) as refused:
            read_part(north, case.ref, version=first.version.ref, number=0, opening=opening.ref)
        assert refused.value.code == "not_what_was_kept"
    assert CustodyEntry.objects.filter(act="refused").count() == before + 1
    assert Entry.objects.filter(kind="evidence.refused").count() == 2
    assert TimelineEntry.objects.filter(kind="evidence.refused").count() == 1


def test_a_verification_reads_everything_again(cast: Cast) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    sent = upload(north, case.ref, bytes(BIG))
    assert verify_evidence(north, case.ref, evidence=sent.version.evidence.ref) == {1: 3}
    place = _places(sent.version)[2]
    place.write_bytes(place.read_bytes()[:-1] + b"\0")
    with pytest.raises(Conflict):
        verify_evidence(north, case.ref, evidence=sent.version.evidence.ref)


def test_an_institution_has_so_many_unfinished_uploads_at_most(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cases.services.uploads.MOST_OPEN", 2)
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    begun = begin(north, case.ref, b"1")
    begin(north, case.ref, b"2")
    with pytest.raises(Conflict) as refused:
        begin(north, case.ref, b"3")
    assert refused.value.code == "uploads_open"
    drop_upload(north, case.ref, version=begun.version.ref)
    assert begin(north, case.ref, b"3")
    assert [one.row.state for item in evidence_of(north, case.ref) for one in item.versions] == ["uploading"] * 2


def test_new_evidence_needs_the_newest_case_key(cast: Cast) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    case.key_generation = 2
    case.save()
    with pytest.raises(Conflict) as refused:
        begin(north, case.ref)
    assert (refused.value.code, refused.value.extras["generation"]) == ("key_generation", 2)


def test_a_closed_case_takes_no_evidence_and_shows_what_it_has(cast: Cast) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    sent = upload(north, case.ref)
    case.state, case.closed_at = "closed", case.opened_at
    case.save()
    with pytest.raises(Conflict):
        begin(north, case.ref, b"late")
    assert open_version(north, case.ref, version=sent.version.ref, act="copied", reason="归档")


def test_a_finish_is_safe_to_repeat(cast: Cast) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    sent = upload(north, case.ref)
    row = sent.row
    again = finish_upload(
        north, case.ref, version=row.ref, sha256=bytes(row.cipher_sha256 or b""), sm3=bytes(row.cipher_sm3 or b"")
    )
    assert again.state == "kept"
    assert CustodyEntry.objects.count() == 1


def test_the_empty_file_is_evidence_too(cast: Cast) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    sent = upload(north, case.ref, b"")
    assert sent.row.state == "kept"
    assert len(sent.parts[0]) == 16 < PART_SIZE


def test_database_and_disk_hold_no_word_and_no_byte_of_it(cast: Cast) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    content = ContentFile("聊天记录：全额退保".encode() * 50).read()
    sent = upload(north, case.ref, content, kind="chat")
    stored = b"".join(path.read_bytes() for path in _places(sent.version))
    row = sent.row
    stored += bytes(row.name) + bytes(row.evidence.title) + bytes(row.evidence.source or b"")
    for word in ("聊天记录", "转账截图", "客户经理", "screen.png"):
        assert word.encode() not in stored


def test_the_records_say_what_a_package_needs(cast: Cast) -> None:
    case, north = joint_case(cast).case, actor(cast.north_analyst)
    sent = upload(north, case.ref)
    (record,) = records_of(north, case.ref)
    assert record["title"] == "转账截图"
    assert record["provider"]["name_zh"] == "北岸银行"
    assert record["versions"][0]["source_sha256"] == sha256(sent.content).hexdigest()
    assert record["custody_wrong"] is None
    assert record["custody"][0]["act"] == "received"
