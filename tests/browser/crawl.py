"""Walking a role's pages: what each must be in both languages, at both widths, in light and dark."""

import re
from collections import deque
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from babel.messages.pofile import read_po
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from privacy.kinds import KINDS
from tests.browser.stage import NARROW, WIDE, Watch

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
LOOKS = {"zh-hans": ((WIDE, "light"), (NARROW, "dark")), "en": ((WIDE, "dark"), (NARROW, "light"))}
"""Each language at both widths and in both colours; the pairs change places, so that two visits see everything."""
LANG = {"zh-hans": "zh-Hans", "en": "en"}
DOWNLOADS = {
    "intel:submission-errors", "intel:collisions-xlsx", "intel:collisions-csv", "intel:warnings-in-force",
    "reports:download", "cases:package-documents", "cases:ledger-xlsx", "cases:ledger-csv",
    "mfa_download_recovery_codes",
}  # fmt: skip
MOST = {"zh-hans": 2, "en": 1}
"""Pages of one name that are visited: the first of a list and, in the language that most people see, one more."""
ONCE = ("cases:",)
"""Names of which one page is enough: there are seven tabs to a case, and a form behind each button."""

CHINESE = re.compile("[\u3400-\u9fff]")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
SENTENCE = re.compile(r"(?:\b[A-Za-z]{2,}\b[ ,.;:’']*){4}")

# Every text a person reads or hears: text nodes that are shown, labels and hints. What is marked as being in another
# language, code, and what a person typed (fields, names) is not the portal's own text.
TEXTS = """() => {
  const found = [];
  const other = (element) => element.closest("[lang]")?.lang !== document.documentElement.lang
    || element.closest("code, .ref, option, textarea, script, style, .side-foot [lang]");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const holder = node.parentElement;
    if (node.data.trim() && !other(holder) && holder.checkVisibility()) found.push(node.data.trim());
  }
  for (const element of document.querySelectorAll("[aria-label], [title], [placeholder], [alt], option")) {
    if (element.closest("[lang]")?.lang !== document.documentElement.lang) continue;
    for (const name of ["aria-label", "title", "placeholder", "alt"]) found.push(element.getAttribute(name) ?? "");
    if (element.matches("option")) found.push(element.text.trim());
  }
  found.push(document.title);
  return [...new Set(found.filter(Boolean).map((text) => text.replace(/\\s+/g, " ")))];
}"""
# Two frames after a change of size, the page has heard of it.
WIDER = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  .then(() => document.documentElement.scrollWidth > window.innerWidth
  ? [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1
      && !one.closest(".table-responsive, .chart")).slice(0, 3).map((one) => one.outerHTML.slice(0, 120))
  : null)"""
AXE = """() => axe.run(document, {resultTypes: ["violations"], elementRef: false}).then((done) => done.violations
  .filter((one) => ["serious", "critical"].includes(one.impact))
  .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.target.join(" ") + " " + node.html.slice(0, 140)
    + " " + (node.any[0]?.message ?? "")).join(" | ")}`))"""
# Links with the hostile text beside them come first, so that the page behind them is one of those visited.
LINKS = """() => [...document.querySelectorAll("a[href]")]
  .map((link) => [(link.closest("tr, li, .card") ?? link).textContent.includes("data-xss"), link.href])
  .sort((one, other) => other[0] - one[0]).map(([, href]) => href)"""
OPEN_ALL = "() => { for (const part of document.querySelectorAll('details')) part.open = true; }"


@dataclass
class Walk:
    """One person's walk through the portal in one language."""

    page: Page
    watch: Watch
    language: str
    faults: list[str] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)

    def from_page(self, *starts: str, skip: tuple[str, ...] = ()) -> "Walk":
        """Visit these pages and all that they lead to, but none whose name begins with one of `skip`."""
        queue, known = deque(starts), set(starts)
        while queue:
            address = queue.popleft()
            name = name_of(address)
            if name is None or name in DOWNLOADS or name.startswith(skip):
                continue
            if self.seen.get(name, 0) >= (1 if name.startswith(ONCE) else MOST[self.language]):
                continue
            self.seen[name] = self.seen.get(name, 0) + 1
            self.visit(address)
            for link in self.page.evaluate(LINKS):
                parts = urlsplit(link)
                if self.page.url.startswith(f"{parts.scheme}://{parts.netloc}/") and parts.path not in known:
                    known.add(parts.path)
                    queue.append(parts.path)
        return self

    def visit(self, address: str, status: int = 200) -> None:
        """Load a page and hold it to everything a page must be."""
        self.watch.errors.clear()
        self.watch.dialogs.clear()
        answer = self.page.goto(address)
        if answer is None or answer.status != status:
            self.faults.append(f"{address}: {answer and answer.status}")
        else:
            self.inspect(status)

    def inspect(self, status: int = 200) -> None:
        """Hold the page that is open to everything a page must be; `status` is what it answered."""
        page, address = self.page, urlsplit(self.page.url).path
        faults = [f"language: {page.locator('html').get_attribute('lang')}"] * (
            page.locator("html").get_attribute("lang") != LANG[self.language]
        )
        faults += [f"untranslated: {text}" for text in foreign(page.evaluate(TEXTS), self.language)]
        if page.locator("h1").count() != 1:
            faults.append(f"{page.locator('h1').count()} main headings")
        for size, colours in LOOKS[self.language]:
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=colours)
            wider = page.evaluate(WIDER)
            faults += [f"wider than {size['width']}: {wider}"] if wider is not None else []
            faults += [f"{size['width']} {colours}: {fault}" for fault in self.axe()]
            self.touch()
        if page.locator("[data-xss]").count():
            faults.append("a stored text became an element")
        expected = f"server responded with a status of {status}"  # Chromium says so of a page that is to be refused
        faults += [f"console: {error}" for error in self.watch.errors if status == 200 or expected not in error]
        faults += [f"dialog: {text}" for text in self.watch.dialogs]
        self.faults += [f"{address} ({self.language}) {fault}" for fault in faults]

    def touch(self) -> None:
        """Open whatever opens and point at the charts: that must break no rule either."""
        for chart in self.page.locator("[data-chart]").all():
            chart.hover()
        menu = self.page.locator("[data-toggle-nav]")
        if menu.count() and menu.is_visible():
            menu.click()
            wider = self.page.evaluate(WIDER)
            self.faults += [f"{self.page.url} with its menu open is wider: {wider}"] if wider is not None else []
        self.page.evaluate(OPEN_ALL)

    def axe(self) -> list[str]:
        """Serious and critical findings of axe-core, with the elements."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        return list(self.page.evaluate(AXE))


def name_of(address: str) -> str | None:
    """The route's name, or None for what is no page of the portal."""
    try:
        return resolve(urlsplit(address).path).view_name or None
    except Resolver404:
        return None


def foreign(texts: list[str], language: str) -> list[str]:
    """Those that are the portal's own words in the other language."""
    theirs, pieces = phrases(language)
    return [text for text in texts if is_foreign(text, language, theirs, pieces)]


def is_foreign(text: str, language: str, theirs: frozenset[str], pieces: tuple[str, ...]) -> bool:
    """True for a phrase of the other language's, a text that holds a longer one, and an English sentence in Chinese."""
    if language == "zh-hans" and CHINESE.search(text) is None and SENTENCE.search(text):
        return True
    return text in theirs or any(piece in text for piece in pieces)


def first(text: Any) -> str:
    """The singular of a message."""
    return str(text[0] if isinstance(text, tuple) else text)


@cache
def phrases(language: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """The other language's phrases, whole, and those so long that they cannot stand in a text by chance."""
    with CATALOGUE.open("rb") as file:
        messages: list[Any] = [one for one in read_po(file) if one.id]
    pairs = [(first(one.id), first(one.string)) for one in messages]
    pairs += [(kind.name_en, kind.name_zh) for kind in KINDS.values()]
    own = {ours if language == "en" else theirs for ours, theirs in pairs}
    others = {theirs if language == "en" else ours for ours, theirs in pairs} - own
    plain = {text for text in others if not PLACEHOLDER.search(text)}
    is_long = (lambda text: len(text) > 6) if language == "en" else (lambda text: text.count(" ") > 2)
    return frozenset(plain), tuple(text for text in plain if is_long(text))
