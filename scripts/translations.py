"""The catalogue of messages: collect msgids from code, templates and scripts, and keep their translations.

    scripts/messages            merge into locale/zh_Hans/LC_MESSAGES/django.po, write the scripts' catalogue
    scripts/messages --check    fail on a msgid without translation, a changed placeholder or a stale catalogue

Babel reads Python and JavaScript; Django's own `templatize` turns a template into something Babel's Python reader
understands. Files in locale/parts/, where several people may translate at once, are folded in and removed; theirs
wins over the catalogue.
"""

import ast
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from alliance.translations import LOCALE, compile_catalogues
from kit import errors
from scripts import assets

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = LOCALE / "zh_Hans" / "LC_MESSAGES" / "django.po"
PARTS = LOCALE / "parts"
SCRIPT = ROOT / "static" / "i18n" / "zh-hans.js"
PACKAGES = ("alliance", "audit", "cases", "custody", "intel", "kit", "members", "notices", "reports", "templates")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
}
REFUSALS: dict[str, type[errors.Refusal]] = {
    name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.Refusal)
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")

Found = tuple[str | tuple[str, ...], str | None]


def python_messages() -> Iterator[Found]:
    """Messages of code and templates."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            if path.suffix == ".py" and "migrations" not in path.parts:
                source = path.read_text(encoding="utf-8")
            elif path.suffix == ".html":
                # Only the calls matter; without its indentation the text reads as Python line by line.
                text = templatize(path.read_text(encoding="utf-8"), origin=str(path))
                source = "\n".join(line for line in _calls(text))
            else:
                continue
            for _line, message, _comments, context in extract(
                "python", io.BytesIO(source.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"}
            ):
                yield message, context


def refusal_messages() -> Iterator[Found]:
    """What services raise: `kit.http` translates a refusal's title and sentence when it becomes an answer."""
    yield from ((kind.title, None) for kind in REFUSALS.values())
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSALS:
                    given = [*node.args[:1], *(word.value for word in node.keywords if word.arg == "detail")]
                    texts = [arg.value for arg in given if isinstance(arg, ast.Constant)]
                    yield from ((text, None) for text in texts if isinstance(text, str) and text)


def script_messages() -> list[str]:
    """Messages of the browser's scripts, in order."""
    found: set[str] = set()
    for path in sorted((ROOT / "frontend").glob("*.js")):
        with path.open("rb") as file:
            found.update(str(m) for _l, m, _c, _x in extract("javascript", file, keywords={"_": None}))
    return sorted(found)


def _calls(text: str) -> list[str]:
    """The gettext calls of a templatized page, one a line."""
    return re.findall(r"""(?:n?p?gettext|_)\((?:u?"(?:\\.|[^"\\])*"|u?'(?:\\.|[^'\\])*'|[\s,]|count)*\)""", text)


def known() -> dict[tuple[str | tuple[str, ...], str | None], Message]:
    """Every translation there is, by msgid and context; a part wins over the catalogue."""
    translations: dict[tuple[str | tuple[str, ...], str | None], Message] = {}
    for path in [CATALOGUE, *sorted(PARTS.glob("*.po"))]:
        if not path.exists():
            continue
        with path.open("rb") as file:
            for message in read_po(file, locale="zh_Hans"):
                if message.id and _text(message):
                    translations[(_key(message.id), message.context)] = message
    return translations


def catalogue() -> Catalog:
    """The catalogue as it should be now: what the sources say, with every translation known."""
    translations = known()
    made = Catalog(
        locale="zh_Hans", project="Alliance", header_comment="# The portal's messages in Chinese.", fuzzy=False
    )
    for message, context in sorted(
        {*python_messages(), *refusal_messages(), *((m, None) for m in script_messages())},
        key=lambda pair: (str(pair[0]), pair[1] or ""),
    ):
        old = translations.get((_key(message), context))
        made.add(message, string=old.string if old else None, context=context)
    return made


def _key(message: str | tuple[str, ...] | list[str]) -> str | tuple[str, ...]:
    # gettext knows a message with plural forms by its singular, so both shapes are one entry.
    return message if isinstance(message, str) else message[0]


def _text(message: Message) -> str:
    return message.string if isinstance(message.string, str) else "".join(message.string or ())


def catalogue_text(made: Catalog) -> bytes:
    """The .po file, without dates and places so that it changes only with the messages."""
    buffer = io.BytesIO()
    write_po(buffer, made, width=110, omit_header=True, no_location=True, sort_output=True)
    header = '# The portal\'s messages in Chinese; written by scripts/messages.\nmsgid ""\nmsgstr ""\n'
    fields = ("Language: zh_Hans", "Content-Type: text/plain; charset=UTF-8", "Plural-Forms: nplurals=1; plural=0;")
    return (header + "".join(f'"{field}\\n"\n' for field in fields) + "\n").encode() + buffer.getvalue()


def script_text(made: Catalog) -> str:
    """The scripts' catalogue: a file of its own, because the policy allows no inline script."""
    words = {m: _text(made[m]) for m in script_messages() if m in made and _text(made[m])}
    return (
        f"globalThis.allianceMessages={json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(',', ':'))};\n"
    )


def faults(made: Catalog) -> list[str]:
    """What is missing or wrong."""
    found = []
    for message in made:
        if not message.id:
            continue
        first = _key(message.id)
        if not _text(message):
            found.append(f"not translated: {first!r}")
            continue
        wanted = set(PLACEHOLDER.findall(message.id if isinstance(message.id, str) else message.id[-1]))
        if wanted != set(PLACEHOLDER.findall(_text(message))):
            found.append(f"placeholders differ: {first!r}")
    return found


def main(arguments: list[str]) -> int:
    """0 if every message is translated and the catalogues are current."""
    made = catalogue()
    found = faults(made)
    if arguments == ["--check"]:
        if not CATALOGUE.exists() or CATALOGUE.read_bytes() != catalogue_text(made):
            found.append("locale/zh_Hans/LC_MESSAGES/django.po is stale: run scripts/messages")
        if not SCRIPT.exists() or SCRIPT.read_text(encoding="utf-8") != script_text(made):
            found.append("static/i18n/zh-hans.js is stale: run scripts/messages")
    else:
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        SCRIPT.parent.mkdir(parents=True, exist_ok=True)
        CATALOGUE.write_bytes(catalogue_text(made))
        SCRIPT.write_text(script_text(made), encoding="utf-8")
        for part in PARTS.glob("*.po"):
            part.unlink()
        assets.write_manifest()
    compile_catalogues()
    print("\n".join(found) or f"messages: {len(made)} translated")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
