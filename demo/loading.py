"""Loading a plan: make its world, let each institution's client upload, wait for the worker, compare the answer."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from custody.daemon.state import write_private
from demo import answer, keys, world
from demo.answer import Answer
from demo.clients import MemberClient
from demo.files import write_rows
from demo.places import Places
from demo.plan import Plan
from demo.roster import Cast, Member

Say = Callable[[str], None]
_PATIENCE = 300.0
"""Seconds to wait for the worker after the last upload; it needs a few."""


class NotMatched(Exception):
    """The worker did not finish in time."""


def make_world(cast: Cast, places: Places, say: Say) -> None:
    """Institutions, circles, people and credentials, once."""
    if not world.is_built(cast):
        with _timed(say, f"{len(cast.members)} institutions, {len(cast.circles)} circles and their people"):
            world.build(cast, places)
    elif made := world.complete(cast, places):
        say(f"  {len(made)} people of offices that came later")


def load(cast: Cast, name: str, plan: Plan, places: Places, say: Say) -> Answer:
    """Bring a whole plan through the members' clients into the alliance and hold its answer against the plan's.

    Run again after a break it goes on where it was: clients keep journals, files and budgets are there already.
    Raises ClientFailed, NotMatched.
    """
    make_world(cast, places, say)
    with _timed(say, "clients' keys, registered and enrolled at the custodians"):
        keys.initialise_clients(cast, places)
        keys.enrol_signers(cast, places)
    files = {member.code: _write_file(member, name, plan, places) for member in cast.members}
    _write_expected(plan, places.expected(name))
    with _timed(say, "budgets asked for, approved and granted"):
        budgets = keys.declare_budgets(cast, places, lambda code: _count_values(plan, code))
    begun = time.monotonic()
    for number, member in enumerate(cast.members, start=1):
        rows = len(plan.rows_of(member.code))
        with _timed(say, f"[{number}/{len(cast.members)}] {member.name_zh} uploaded {rows:,} clues"):
            MemberClient.of(member.code, places).submit(files[member.code], budget=str(budgets[member.code]))
    say(f"  {len(plan.rows):,} clues uploaded in {time.monotonic() - begun:.1f} s")
    _await_matching(say)
    return answer.compare(cast, plan.expected)


def _write_file(member: Member, name: str, plan: Plan, places: Places) -> Path:
    path = places.machine(member.code) / f"{name}.{member.form}"
    if not path.exists():
        # Under another name first: a half-written file must not be taken for a whole one after a break.
        beside = path.with_stem(path.stem + ".new")
        write_rows(plan.rows_of(member.code), beside)
        beside.replace(path)
    return path


def _write_expected(plan: Plan, path: Path) -> None:
    lines = (json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in plan.expected)
    write_private(path, "".join(lines))


def _count_values(plan: Plan, code: str) -> int:
    return len({(one.kind, one.canonical) for row in plan.rows_of(code) for one in row.indicators})


def _await_matching(say: Say) -> None:
    begun = time.monotonic()
    while waiting := answer.waiting():
        if time.monotonic() - begun > _PATIENCE:
            raise NotMatched(f"{waiting} submissions still wait for the worker; see var/log/worker.log.")
        time.sleep(0.2)
    say(f"  the last collision was visible {time.monotonic() - begun:.1f} s after the last upload")


@contextmanager
def _timed(say: Say, what: str) -> Iterator[None]:
    begun = time.monotonic()
    yield
    say(f"  {what} ({time.monotonic() - begun:.1f} s)")
