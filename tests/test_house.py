"""What a linter cannot check: the house rules of docs/architecture.md."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.kinds import KINDS as AUDIT_KINDS

ROOT = Path(__file__).resolve().parent.parent
APPS = [path.name for path in sorted(ROOT.iterdir()) if (path / "apps.py").exists()]
PACKAGES = [*APPS, "kit", "privacy", "alliance_client"]
EDGES = {"views", "api", "tasks", "admin"}
MAY_READ_ANY_MODEL = {"reports", "demo"}
PLAIN_VALUES_LIVE_IN = {"privacy", "alliance_client", "frontend", "demo", "tests"}
BANNED_NAMES = re.compile(r"(Manager|Helper|Processor|Utils?|Data)$")


def modules() -> list[Path]:
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts]


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def is_edge(path: Path) -> bool:
    return path.stem in EDGES or bool(EDGES & set(path.relative_to(ROOT).parts))


def functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def imported(module: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("path", modules(), ids=name)
def test_a_module_has_at_most_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", modules(), ids=name)
def test_a_function_has_at_most_60_lines(path: Path) -> None:
    long = [f.name for f in functions(tree(path)) if f.end_lineno and f.end_lineno - f.lineno >= 60]
    assert long == []


@pytest.mark.parametrize("path", [p for p in modules() if is_edge(p)], ids=name)
def test_an_edge_never_reads_the_database(path: Path) -> None:
    touches = [
        node.lineno for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute) and node.attr == "objects"
    ]
    assert touches == []


@pytest.mark.parametrize(
    "path", [p for p in modules() if {"views", "api", "views.py", "api.py"} & set(p.parts)], ids=name
)
def test_a_view_is_at_most_15_lines(path: Path) -> None:
    def body(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
        first = function.body[1] if ast.get_docstring(function) and len(function.body) > 1 else function.body[0]
        return (function.end_lineno or 0) - first.lineno + 1

    assert [f.name for f in functions(tree(path)) if body(f) > 15] == []


@pytest.mark.parametrize("path", [p for p in modules() if {"services", "queries"} & set(p.parts)], ids=name)
def test_no_service_or_query_touches_another_apps_models(path: Path) -> None:
    own = path.relative_to(ROOT).parts[0]
    if own in MAY_READ_ANY_MODEL:
        return
    foreign = {other for other in APPS if other != own}
    assert [module for module in imported(tree(path)) if module.split(".")[0] in foreign and ".models" in module] == []


@pytest.mark.parametrize("path", modules(), ids=name)
def test_plain_values_stand_only_at_the_member(path: Path) -> None:
    if path.relative_to(ROOT).parts[0] in PLAIN_VALUES_LIVE_IN:
        return
    names = {node.id for node in ast.walk(tree(path)) if isinstance(node, ast.Name)}
    names |= {node.arg for node in ast.walk(tree(path)) if isinstance(node, ast.arg)}
    assert sorted(n for n in names if n.startswith("plain_")) == []


@pytest.mark.parametrize("path", modules(), ids=name)
def test_no_class_has_a_name_that_says_nothing(path: Path) -> None:
    classes = [node.name for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)]
    assert [c for c in classes if BANNED_NAMES.search(c)] == []


@pytest.mark.parametrize("path", modules(), ids=name)
def test_an_exception_is_never_swallowed_whole(path: Path) -> None:
    """`except Exception` stands only where a loop must outlive what it runs, and says so beside it."""
    lines = path.read_text(encoding="utf-8").splitlines()
    bare = [
        node.lineno
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
    ]
    assert [line for line in bare if "BLE001" not in lines[line - 1]] == []


@pytest.mark.parametrize("kind", sorted(AUDIT_KINDS))
def test_every_audit_kind_is_in_the_glossary(kind: str) -> None:
    assert f"`{kind}`" in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")


def test_every_audit_kind_is_recorded_somewhere() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in modules() if path.name != "kinds.py")
    assert [kind for kind in AUDIT_KINDS if f'"{kind}"' not in source] == []


def test_every_model_has_its_word_in_the_glossary() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").lower()
    models = [
        node.name
        for app in APPS
        for path in [*(ROOT / app).glob("models.py"), *(ROOT / app).glob("models/*.py")]
        for node in tree(path).body
        if isinstance(node, ast.ClassDef)
        and any("Model" in ast.unparse(base) or "User" in ast.unparse(base) for base in node.bases)
    ]
    words = [re.sub(r"(?<=[a-z])(?=[A-Z])", " ", model).lower() for model in models]
    assert [word for word in words if f"| {word} |" not in glossary] == []
