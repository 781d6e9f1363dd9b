"""The built files of the portal: build them, or check that they are what the sources make.

static/manifest.json holds the SHA-256 of every source and of every output, so that a machine without Node can tell
a forgotten build, and pages can name a file by its content.
"""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND, STATIC = ROOT / "frontend", ROOT / "static"
MANIFEST = STATIC / "manifest.json"
PAGE_LIMIT = 300 * 1024
"""Bytes of own assets, before compression, that a page may load; the chart's bundle comes on top where a chart is."""
SHARED = ("css/portal.css", "img/icons.svg", "img/mark.svg", "js/theme.js", "js/portal.js", "i18n/zh-hans.js")
PAGES = {
    "a list": ("js/htmx.js", "js/find.js", "js/blind-worker.js"),
    "submit a clue": ("js/submit.js", "js/blind-worker.js"),
    "submit a file": ("js/file.js", "js/blind-worker.js"),
}


def sources() -> dict[str, str]:
    """The hash of everything the build reads."""
    paths = [p for p in FRONTEND.rglob("*") if p.is_file() and "node_modules" not in p.parts]
    return _hashes(FRONTEND, paths)


def outputs() -> dict[str, str]:
    """The hash of everything the build and scripts/messages wrote."""
    return _hashes(STATIC, [p for p in STATIC.rglob("*") if p.is_file() and p != MANIFEST])


def write_manifest() -> None:
    """Record both."""
    record = {"sources": sources(), "outputs": outputs()}
    MANIFEST.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def build() -> None:
    """Install what the lock names and run the build."""
    if not (FRONTEND / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=FRONTEND, check=True)
    subprocess.run(["node", "build.mjs"], cwd=FRONTEND, check=True)
    write_manifest()


def faults() -> list[str]:
    """What is wrong: stale or changed files, a heavy page, an icon or an asset a template names in vain."""
    record = json.loads(MANIFEST.read_text(encoding="utf-8"))
    found = [
        f"{side}/{path}: not as in static/manifest.json; run scripts/frontend"
        for side, now, then in (
            ("frontend", sources(), record["sources"]),
            ("static", outputs(), record["outputs"]),
        )
        for path in sorted(now.keys() | then.keys())
        if now.get(path) != then.get(path)
    ]
    for page, own in PAGES.items():
        weight = sum((STATIC / name).stat().st_size for name in (*SHARED, *own))
        if weight > PAGE_LIMIT:
            found.append(f"{page} loads {weight} bytes of own assets; the limit is {PAGE_LIMIT}")
    return found + _dangling(set(record["outputs"]))


def _dangling(known: set[str]) -> list[str]:
    icons = set((FRONTEND / "icons.txt").read_text(encoding="utf-8").split())
    found = []
    for template in sorted((ROOT / "templates").rglob("*.html")):
        text = template.read_text(encoding="utf-8")
        name = template.relative_to(ROOT)
        found += [f"{name}: no icon {i}" for i in re.findall(r"{% icon ['\"]([\w-]+)", text) if i not in icons]
        found += [f"{name}: no asset {a}" for a in re.findall(r"{% asset ['\"]([^'\"]+)", text) if a not in known]
        if re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*(src=|type=\"application/json\"))", text):
            found.append(f"{name}: inline style or script, which the Content-Security-Policy refuses")
    return found


def _hashes(folder: Path, paths: list[Path]) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(paths)}


def main(arguments: list[str]) -> int:
    """0 if the files are as they should be."""
    if arguments == ["--check"]:
        found = faults()
        print("\n".join(found) or "frontend: the built files are those of the sources")
        return 1 if found else 0
    build()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
