"""What is installed alone must run alone, and what its README says must be so."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from alliance_client import errors
from alliance_client.cli import app
from alliance_client.columns import column
from privacy.kinds import KINDS

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "alliance_client" / "README.md").read_text(encoding="utf-8")
MODULE_OF = {"python-calamine": "python_calamine", "XlsxWriter": "xlsxwriter"}
SERVER = {"django", "celery", "rest_framework", "psycopg", "structlog", "allauth"}


def declared() -> set[str]:
    """The modules of the distribution's own dependencies."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [re.split("[<>=~!;]", line)[0].strip() for line in project["dependencies"]]
    return {MODULE_OF.get(name, name) for name in names}


def imported() -> set[str]:
    """Every module that the distribution's packages import, but those of Python and their own."""
    found = set()
    for package in ("alliance_client", "privacy"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    found |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"alliance_client", "privacy"}


def test_every_library_is_declared_and_every_declared_one_is_used() -> None:
    assert imported() == declared()


def test_the_command_loads_nothing_of_the_server() -> None:
    program = "import sys, alliance_client.cli; print(' '.join({name.partition('.')[0] for name in sys.modules}))"
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    own = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()} - {"alliance_client", "privacy"}
    assert not set(ran.stdout.split()) & (SERVER | own)


def test_the_readme_lists_every_exit_code() -> None:
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.M)}
    types = [
        found for found in vars(errors).values() if isinstance(found, type) and issubclass(found, errors.AllianceError)
    ]
    assert listed == {0, 2, errors.ROWS_REFUSED, errors.INTERRUPTED} | {found.exit_code for found in types}


def test_the_readme_names_only_heads_that_are_read() -> None:
    table = README.split("| head | English | what |")[1].split("\n\n")[0]
    heads = [
        head.strip()
        for line in table.splitlines()[2:]
        for cell in line.split("|")[1:3]
        for head in re.split(", | and ", cell)
    ]
    assert len(heads) >= 2 * (len(KINDS) + 8)
    assert [head for head in heads if column(head) is None] == []


def test_every_command_of_the_readme_exists() -> None:
    commands = {command.name or "" for command in app.registered_commands}
    commands |= {group.name or "" for group in app.registered_groups}
    commands |= {command.callback.__name__ for command in app.registered_commands if command.callback}
    named = set(re.findall(r"(?:^|`)alliance ([a-z]+)", README, re.M))
    assert named <= commands
    assert {"init", "submit", "collisions", "budgets", "find", "digest", "kinds", "template", "ceremony"} <= named


def test_every_text_exists_in_both_languages() -> None:
    for english, chinese in errors.TEXTS.values():
        assert set(re.findall(r"{(\w+)", english)) == set(re.findall(r"{(\w+)", chinese))
        assert english != chinese
