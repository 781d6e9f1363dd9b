"""What is wrong with a row is said by row and field; everything at once, and before anything leaves."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from alliance_client.columns import column, columns
from alliance_client.errors import FileRefused
from alliance_client.rows import CHINA, Checker, Draft, Problem, SourceRow, read_time

NOW = datetime(2026, 6, 1, tzinfo=UTC)
GOOD = {"电话号码": "13800000001", "手法": "反催收", "发现时间": "2026-05-01 09:30", "共享组": "credit"}
CIRCLES = {"credit": ["yuwen:shared:4.1"]}


def check(**changes: str | None) -> tuple[Draft | None, list[tuple[str, str]]]:
    row = {name: cell for name, cell in {**GOOD, **changes}.items() if cell != "-"}
    checker = Checker(CIRCLES, {"role": "unknown", "proof": "suspicion"}, NOW)
    draft, problems = checker.check(SourceRow(7, columns(list(row), Path("a.csv")), list(row.values())))
    assert all(one.row == 7 for one in problems)
    return draft, [(one.head, one.code) for one in problems]


def test_a_good_row_is_a_draft() -> None:
    draft, problems = check(电话号码2="138 0000 0001", 微信号="WXID_abcdef12", 角色="黑产中介", 证明程度="证据确凿")
    assert problems == []
    assert draft is not None
    assert draft.plain_indicators == (("phone/1", "+8613800000001"), ("wechat/1", "wxid_abcdef12"))
    assert (draft.role, draft.proof, draft.typology) == ("agent", "clear", "anti_collection")
    assert "138" not in repr(draft)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"电话号码": "1381234567a"}, ("电话号码", "letter")),
        ({"电话号码": "138****5678"}, ("电话号码", "masked")),
        ({"电话号码": "1.38E+10"}, ("电话号码", "scientific")),
        ({"电话号码": None}, ("电话号码", "precision")),
        ({"电话号码": ""}, ("", "no_indicators")),
        ({"身份证号": "110105194912310021"}, ("身份证号", "checksum")),
        ({"手法": ""}, ("手法", "missing")),
        ({"手法": "乱写"}, ("手法", "unknown_typology")),
        ({"证明程度": "也许"}, ("证明程度", "unknown_proof")),
        ({"角色": "路人"}, ("角色", "unknown_role")),
        ({"发现时间": "去年"}, ("发现时间", "invalid_time")),
        ({"发现时间": "2026-13-01"}, ("发现时间", "invalid_time")),
        ({"发现时间": "2026-06-02"}, ("发现时间", "future_time")),
        ({"发现时间": "2019-06-02"}, ("发现时间", "too_old")),
        ({"发现时间": "-"}, ("observed_at", "missing")),
        ({"共享组": "other"}, ("共享组", "unknown_circle")),
        ({"声纹编号": "huiyin:shared:2.7:C1"}, ("声纹编号", "unknown_library")),
        ({"备注": "机主另有 139 1234 5678"}, ("备注", "note_has_indicator")),
        ({"备注": "长" * 2001}, ("备注", "note_too_long")),
        ({"自有编号": "13912345678"}, ("自有编号", "reference_has_indicator")),
        ({"自有编号": "x" * 65}, ("自有编号", "reference_too_long")),
        ({"类型": "暗号", "要素值": "1"}, ("要素值", "unknown_kind")),
    ],
)
def test_each_fault_names_its_field(changes: dict[str, str | None], problem: tuple[str, str]) -> None:
    draft, problems = check(**changes)
    assert draft is None
    assert problems == [problem]


def test_all_faults_of_a_row_are_told_at_once() -> None:
    _, problems = check(电话号码="138", 手法="", 共享组="x")
    assert [code for _, code in problems] == ["unrecognised", "unknown_circle", "missing"]


def test_a_card_that_fails_luhn_is_accepted_with_a_warning() -> None:
    draft, problems = check(银行卡号="6222021234567890129")
    assert draft is not None
    assert problems == [("银行卡号", "luhn")]


def test_twenty_one_indicators_are_too_many_and_twenty_are_not() -> None:
    many = {f"电话号码{place}": f"138000000{place:02d}" for place in range(2, 21)}
    assert check(**many)[1] == []
    assert check(**many, QQ号="123456")[1] == [("", "too_many_indicators")]


def test_kind_and_value_columns_come_in_pairs() -> None:
    draft, problems = check(电话号码="-", 类型="电话号码", 要素值="13800000001", 类型2="qq", 要素值2="123456")
    assert problems == []
    assert draft is not None
    assert draft.plain_indicators == (("phone/1", "+8613800000001"), ("qq/1", "123456"))


def test_a_reason_never_repeats_the_value() -> None:
    for code in ("letter", "unknown_circle", "luhn"):
        problem = Problem(1, "电话号码", code)
        assert problem.say("zh") != problem.say("en")
        assert "138" not in problem.say("zh") + problem.say("en")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-01 09:30", "2026-05-01T09:30:00+08:00"),
        ("2026-05-01T09:30:15.123Z", "2026-05-01T09:30:15+00:00"),
        ("2026-05-01T09:30:15+09:00", "2026-05-01T09:30:15+09:00"),
        ("2026/5/1", "2026-05-01T00:00:00+08:00"),
        ("2026年5月1日 9:30", "2026-05-01T09:30:00+08:00"),
        ("2026年5月1日9时30分", "2026-05-01T09:30:00+08:00"),
        ("２０２６－０５－０１　０９：３０", "2026-05-01T09:30:00+08:00"),
        ("2026-02-30", None),
        ("01/05/2026", None),
        ("2026", None),
    ],
)
def test_times_are_read_as_people_write_them(text: str, moment: str | None) -> None:
    found = read_time(text, CHINA)
    assert (found.isoformat() if found else None) == moment


@pytest.mark.parametrize(
    ("head", "meaning"),
    [
        ("电话号码", ("indicator", "phone/1", 1)),
        ("手机号 2", ("indicator", "phone/1", 2)),
        ("Phone_3", ("indicator", "phone/1", 3)),
        ("QQ号", ("indicator", "qq/1", 1)),
        ("IP地址", ("indicator", "ip/1", 1)),
        ("要素值2", ("value", "", 2)),
        (" 共享组* ", ("circle", "", 1)),
        ("备注(可选)", ("note", "", 1)),
        ("错误原因", ("ignored", "", 1)),
    ],
)
def test_heads_are_understood(head: str, meaning: tuple[str, str, int]) -> None:
    found = column(head)
    assert found is not None
    assert (found.field, found.kind, found.pair) == meaning


def test_a_field_cannot_come_twice() -> None:
    assert column("备注2") is None
    with pytest.raises(FileRefused):
        columns(["电话", "手机"], Path("a.csv"))
