"""Keys in a real browser: made, saved, published, lost and recovered; and the key of a case made and handed on."""

import json
import random
import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from playwright.sync_api import Page, expect

from tests.browser import case_acts
from tests.browser.case_acts import PASSPHRASE
from tests.browser.stage import Stage
from tests.live_world import World

NAME = "办公室电脑"
READ_OUT = """async () => {
  const open = indexedDB.open("alliance-keys");
  await new Promise((done) => { open.onsuccess = done; });
  const asked = open.result.transaction("keys").objectStore("keys").getAll();
  await new Promise((done) => { asked.onsuccess = done; });
  const [key] = asked.result;
  const tried = (format) => crypto.subtle.exportKey(format, key.privateKey).then(() => format, () => null);
  const tries = ["raw", "pkcs8", "jwk"].map(tried);
  return { keys: asked.result.length, exported: (await Promise.all(tries)).filter(Boolean) };
}"""

SPOIL = """async (ref) => {
  const address = `/cases/${ref}/key-grants.json`;
  const state = await (await fetch(address, { headers: { Accept: "application/json" } })).json();
  const token = JSON.parse(document.body.getAttribute("hx-headers:inherited"))["X-CSRFToken"];
  const grants = [{ key: state.waiting[0].key, sealed: "A".repeat(107) }];
  const body = JSON.stringify({ new: false, generation: 1, check: state.own[0].check, grants });
  const headers = { "X-CSRFToken": token, "Content-Type": "application/json", Accept: "application/json" };
  return (await fetch(address, { method: "POST", headers, body })).status;
}"""
"""A participant gives the key that waits 80 bytes that open nowhere."""


def forget(page: Page, mark: str) -> None:
    """Remove a key from this browser."""
    page.goto("/keys")
    page.locator("#keyring li", has_text=mark).locator("form button").click()
    case_acts.confirm(page)
    expect(page.locator("#keyring li", has_text=mark)).to_have_count(0)


def read_back(page: Page, path: Path, passphrase: str) -> None:
    page.locator("#recovery-file").set_input_files(path)
    page.locator("#recovery-passphrase").fill(passphrase)
    page.locator("#recover [type=submit]").click()


@pytest.fixture(scope="module")
def story(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A key of an institution: its fingerprint and recovery file."""
    person = stage.person("qihe-cf")
    with stage.signed_in(person) as (page, watch):
        key = case_acts.save_key(page, NAME, tmp_path_factory.mktemp("keys"))
        assert re.fullmatch("[0-9a-f]{64}", key.fingerprint)
        case_acts.publish_key(page, key, partial(stage.prove, person=person))
        expect(page.locator("#keyring .fingerprint")).to_have_text(key.fingerprint)
        held = page.evaluate(READ_OUT)
        bodies = b"\n".join(sent for _url, sent in watch.sent())
        assert watch.errors == []
    return {"mark": key.fingerprint, "path": key.recovery, "held": held, "bodies": bodies}


def test_no_script_can_read_the_private_key_out(story: dict[str, Any]) -> None:
    assert story["held"] == {"keys": 1, "exported": []}


def test_neither_passphrase_nor_recovery_file_leaves_the_browser(story: dict[str, Any]) -> None:
    text = story["path"].read_text(encoding="utf-8")
    sealed = re.search('"sealed": "([^"]+)"', text)
    assert sealed
    assert sealed.group(1).encode() not in story["bodies"]
    for spelt in (PASSPHRASE, quote(PASSPHRASE), quote_plus(PASSPHRASE), json.dumps(PASSPHRASE)):
        assert spelt.encode() not in story["bodies"]


def test_a_colleague_reads_the_recovery_file_into_another_browser(stage: Stage, story: dict[str, Any]) -> None:
    with stage.signed_in(stage.person("qihe-cf", "lead")) as (page, watch):
        page.goto("/keys")
        expect(page.locator('[data-field="own"] p')).to_be_visible()
        read_back(page, story["path"], PASSPHRASE[::-1])
        expect(page.locator('[data-field="recover-say"]')).to_have_class("preview bad")
        read_back(page, story["path"], PASSPHRASE)
        expect(page.locator("#keyring .fingerprint")).to_have_text(story["mark"])
        page.locator("#keyring form button").click()
        case_acts.confirm(page)
        expect(page.locator("#keyring .fingerprint")).to_have_count(0)
        assert watch.errors == []


def test_a_case_key_is_made_in_one_browser_and_handed_to_a_key_that_waits(
    stage: Stage, world: World, story: dict[str, Any], tmp_path: Path
) -> None:
    rows = world.draw(random.Random(4), "qihe-cf", 3)
    world.file("qihe-cf", rows)
    world.file("muzhou-bank", [replace(row, institution="muzhou-bank") for row in rows])
    world.await_matched(120)
    person = stage.person("qihe-cf")
    with stage.signed_in(person) as (page, watch):
        page.goto("/keys")
        read_back(page, story["path"], PASSPHRASE)
        expect(page.locator("#keyring .fingerprint")).to_have_text(story["mark"])
        page.goto("/collisions?status=all&order=newest")
        collision = page.locator('#results tbody a[href*="/collisions/"]').first.get_attribute("href")
        assert collision
        case = case_acts.open_case(page, collision, "密钥演示案件", "").rsplit("/", 1)[1]
        page.goto(f"/cases/{case}/keys")
        expect(page.locator('[data-field="here"]')).not_to_be_empty()
        page.add_script_tag(url="/static/js/selftest.js")
        first = page.evaluate("(ref) => allianceVectors.caseKey(ref).then((one) => Array.from(one.bytes))", case)
        key = case_acts.save_key(page, "另一台电脑", tmp_path, "person")
        case_acts.publish_key(page, key, partial(stage.prove, person=person))
        assert page.evaluate(SPOIL, case) == 200
        forget(page, story["mark"])
        page.add_script_tag(url="/static/js/selftest.js")
        refusal = page.evaluate("(ref) => allianceVectors.caseKey(ref).then(() => null, (error) => error.code)", case)
        assert refusal == "wrong_grants"
        page.goto("/keys")
        read_back(page, story["path"], PASSPHRASE)
        expect(page.locator("#keyring .fingerprint")).to_have_count(2)
        page.goto(f"/cases/{case}/keys")
        page.locator("tr", has_text=key.fingerprint).locator("[data-give]").click()
        expect(page.locator("[data-give]")).to_have_count(0)
        page.add_script_tag(url="/static/js/selftest.js")
        again = page.evaluate("(ref) => allianceVectors.caseKey(ref).then((one) => Array.from(one.bytes))", case)
        assert (len(first), again) == (32, first)
        assert watch.errors == []


def test_a_browser_without_these_keys_is_told_so(stage: Stage) -> None:
    without = "SubtleCrypto.prototype.generateKey = () => Promise.reject(new DOMException('', 'NotSupportedError'))"
    with stage.signed_in(stage.person("qihe-cf")) as (page, _watch):
        page.add_init_script(without)
        page.goto("/keys")
        expect(page.locator('[data-field="problem"]')).to_contain_text("X25519")
