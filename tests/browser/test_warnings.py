"""A warning list in three browsers: proposed in one, approved in two others; from then on nothing of it is filed."""

import random
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import acts
from tests.browser.stage import Stage


@pytest.fixture(scope="module")
def hotline(stage: Stage) -> str:
    """A service number that is on a list in force from now on."""
    number = f"95{random.randint(100_000, 999_999)}"
    name = f"热线 {number}"
    with stage.signed_in(stage.person("jianglan-bank", "lead")) as (page, watch):
        address = acts.propose_list(page, f"lines-{number}", name, f"phone, {number}, 客服", "phone, 800*, 客服号段")
        expect(page.locator("#approve")).to_have_count(0)
        assert watch.errors == []
    for code in ("shuochuan-bank", "muzhou-bank"):
        with stage.signed_in(stage.person(code, "lead")) as (page, watch):
            acts.approve_list(page, address)
            assert watch.errors == []
    return number


def test_the_owner_of_the_proposal_is_not_asked(stage: Stage, hotline: str) -> None:
    with stage.signed_in(stage.person("jianglan-cf", "lead")) as (page, _):
        page.goto("/warnings")
        page.get_by_role("link", name=f"热线 {hotline}").first.click()
        expect(page.locator("h1")).to_contain_text(hotline)
        expect(page.locator("#approve")).to_have_count(0)


def test_a_typed_value_is_not_added(stage: Stage, hotline: str) -> None:
    with stage.signed_in(stage.person("qihe-cf")) as (page, watch):
        with page.expect_response("**/warnings/in-force.json"):
            page.goto("/submit")
        acts.add(page, acts.PHONE, hotline)
        expect(page.locator('[data-field="preview"]')).to_contain_text(hotline)
        expect(page.locator('[data-field="preview"]')).to_contain_text(f"热线 {hotline}")
        expect(page.locator('[data-field="chips"] li')).to_have_count(0)
        page.locator("#value").fill("")
        acts.add(page, acts.PHONE, "800 820 1234")
        expect(page.locator('[data-field="chips"] li')).to_have_count(0)
        assert watch.errors == []


def test_rows_of_a_file_lose_it(stage: Stage, hotline: str, tmp_path: Path) -> None:
    path, seen = tmp_path / "clues.csv", acts.Seen.new()
    lines = ["电话号码,微信号,手法,发现时间"]
    lines += [f"{hotline},,反催收,2026-05-01 09:30", f"{hotline},wxid_{seen.voice.lower()},反催收,2026-05-01 09:30"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with stage.signed_in(stage.person("qihe-cf")) as (page, watch):
        page.goto("/submit/file")
        page.locator("#d-circle").select_option("credit")
        page.locator('[data-field="input"]').set_input_files(path)
        expect(page.locator('[data-field="good"]')).to_have_text("1")
        expect(page.locator('[data-field="bad"]')).to_have_text("1")
        expect(page.locator('[data-field="values"]')).to_have_text("1")
        expect(page.locator('[data-field="dropped"]')).to_contain_text(f"热线 {hotline}")
        expect(page.locator('[data-field="error-rows"]')).to_contain_text(f"热线 {hotline}")
        assert watch.errors == []
