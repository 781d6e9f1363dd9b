"""docs/operations.md says what is true."""

import re

from alliance.embedded.state import ROOT
from privacy.envelope import SIZES

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def test_it_lists_every_variable_that_the_settings_read():
    code = "".join((ROOT / "alliance" / name).read_text(encoding="utf-8") for name in ("settings.py", "env.py"))
    read = set(re.findall(r"""["']((?:ALLIANCE|DATABASE|BROKER|CUSTODIAN)_[A-Z_]+)["']""", code))
    own = {"DATABASE_APP_ROLE", "DATABASE_ROUTERS"}
    assert {name for name in read - own if f"`{name}`" not in PAGE} == set()


def test_it_lists_every_key():
    assert [name for name in ("django", *SIZES) if f"| `{name}` |" not in PAGE] == []


def test_every_command_it_names_exists():
    named = set(re.findall(r"manage\.py ([a-z_]{4,})", PAGE)) - {"migrate", "collectstatic", "check"}
    commands = {path.stem for path in ROOT.glob("*/management/commands/*.py")}
    assert named <= commands


def test_every_file_it_points_to_exists():
    linked = set(re.findall(r"\]\(([a-z-]+\.md)\)", PAGE)) | set(re.findall(r"`(scripts/[a-z]+)", PAGE))
    assert [name for name in linked if not ((ROOT / "docs" / name).exists() or (ROOT / name).exists())] == []
