"""What the browser gets: the built files are the sources', pages stay light, and words mean the same in every door."""

import json

import pytest

from alliance_client import words
from intel.templatetags.intel import ICONS
from privacy.kinds import KINDS
from scripts import assets, translations


def test_the_built_files_are_those_of_the_sources():
    assert assets.faults() == []


def test_a_changed_source_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "FRONTEND", tmp_path)
    (tmp_path / "icons.txt").write_text("home\n")
    assert any(fault.startswith("frontend/portal.js") for fault in assets.faults())


@pytest.mark.parametrize(
    ("markup", "fault"),
    [
        ('<p style="color: red">', "inline"),
        ('<button onclick="go()">', "inline"),
        ("<script>go()</script>", "inline"),
        ("{% icon 'no-such-icon' %}", "no icon"),
        ("{% asset 'js/no-such.js' %}", "no asset"),
    ],
)
def test_a_template_that_the_policy_or_the_build_would_break_is_noticed(tmp_path, monkeypatch, markup: str, fault: str):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(markup)
    monkeypatch.setattr(assets, "ROOT", tmp_path)
    assert any(fault in found for found in assets.faults())


def test_a_file_means_the_same_in_the_browser_and_in_the_client():
    shared = json.loads((assets.FRONTEND / "file-words.json").read_text(encoding="utf-8"))
    assert shared["heads"] == {name: [zh, en, *more] for name, (zh, en, more) in words.HEADS.items()}
    assert shared["indicators"] == {kind: list(names) for kind, names in words.INDICATOR_HEADS.items()}
    assert shared["ignored"] == list(words.IGNORED_HEADS)
    for field, known in (("proof", words.PROOFS), ("role", words.ROLES), ("typology", words.TYPOLOGIES)):
        assert shared[field] == {code: list(names) for code, names in known.items()}


def test_every_kind_has_an_icon():
    assert ICONS.keys() == KINDS.keys()
    assert set(ICONS.values()) <= set((assets.FRONTEND / "icons.txt").read_text().split())


def test_every_message_is_translated_with_its_placeholders():
    assert translations.faults(translations.catalogue()) == []


def test_a_lost_placeholder_is_noticed():
    made = translations.Catalog(locale="zh_Hans")
    made.add("%(number)s rows", string="行")
    made.add("Row {number}", string="第 {number} 行")
    assert translations.faults(made) == ["placeholders differ: '%(number)s rows'"]
