"""docs/custodians.md says what a custodian does; here it is held to it."""

import re
from pathlib import Path

from custody.daemon.app import MAX_BODY
from custody.daemon.evaluator import CLOCK_WINDOW
from custody.daemon.ledger import KEEP_CHARGES_SECONDS, MAX_SERVED

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "custodians.md").read_text(encoding="utf-8")


def test_every_refusal_of_the_code_is_in_the_table_and_the_other_way_round() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "custody" / "daemon").glob("*.py"))
    raised = set(re.findall(r'Refused\(\s*\d{3},\s*"(\w+)"', source)) | {"unavailable"}
    rows = [line for line in PAGE.splitlines() if re.match(r"\| \d{3}", line)]
    documented = {code for row in rows for code in re.findall(r"`(\w+)`", row.split("|")[2])}
    assert documented == raised


def test_the_numbers_are_those_of_the_code() -> None:
    assert f"more than {CLOCK_WINDOW} seconds" in PAGE
    assert f"more than {MAX_BODY // 1024} KiB" in PAGE
    assert (MAX_SERVED, KEEP_CHARGES_SECONDS) == (8, 2 * 86_400)
    assert "up to eight times in two days" in PAGE
