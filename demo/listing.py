"""The demo's warning list comes into force as any: one member's client proposes it, those of two others approve it.

It does so after the clues were matched. So the load shows both: that hotlines collide as long as no list names them,
and that a list ends what is there already.
"""

import csv
import io
import time
from collections.abc import Callable

from custody.daemon.state import write_private
from demo.clients import MemberClient
from demo.places import Places
from demo.plan.listed import LISTED, PREFIXES
from intel.models import WarningVersion
from intel.services.warned import unapplied_versions

Say = Callable[[str], None]
CODE = "public-hotlines"
PROPOSER, *APPROVERS = ("jianglan-bank", "shuochuan-bank", "muzhou-bank")
"""Three members of three owners."""
_PATIENCE = 120.0
State = WarningVersion.State


class NotApplied(Exception):
    """The worker did not hold what the list names in time."""


def is_in_force() -> bool:
    """Whether the demo's list is in force and worked through."""
    active = WarningVersion.objects.filter(list__code=CODE, state=State.ACTIVE)
    return active.exclude(applied_at=None).exists()


def put_in_force(places: Places, say: Say) -> None:
    """Propose the list, approve it twice, wait for the worker; goes on where an earlier run broke off.

    Raises ClientFailed, NotApplied.
    """
    if not WarningVersion.objects.filter(list__code=CODE, state=State.ACTIVE).exists():
        version = _proposed(places)
        done = version.approvals.count()
        for code in APPROVERS[done:]:
            MemberClient.of(code, places).answer("warnings", "approve", str(version.ref), "--yes")
    begun = time.monotonic()
    while unapplied_versions():
        if time.monotonic() - begun > _PATIENCE:
            raise NotApplied("The warning list is still being worked through; see var/log/worker.log.")
        time.sleep(0.2)
    say(f"  warning list {CODE}: proposed by {PROPOSER}, approved by {' and '.join(APPROVERS)}, in force")


def _proposed(places: Places) -> WarningVersion:
    waiting = WarningVersion.objects.filter(list__code=CODE, state=State.PROPOSED)
    if not waiting.exists():
        file = places.machine(PROPOSER) / f"{CODE}.csv"
        write_private(file, _table())
        head = ("--code", CODE, "--sort", "hotline", "--name-zh", "公共服务热线", "--name-en", "Public hotlines")
        said = ("--reason", "公共服务热线，来电显示常被冒用，不指向任何团伙", "--yes")
        MemberClient.of(PROPOSER, places).answer("warnings", "propose", str(file), *head, *said)
    return waiting.get()


def _table() -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("类型", "要素值", "说明"))
    writer.writerows(("phone", number, whose) for number, whose in (*LISTED, *PREFIXES))
    return text.getvalue()
