"""Three custodians on one machine, made and run through custody's own commands.

All their shares lie on this machine: it shows the protocol and does not give its protection.
"""

import shutil
import sys

from alliance.embedded import keys
from alliance.embedded.ports import Ports, answer
from alliance.embedded.process import Start
from alliance.embedded.state import CUSTODIANS, ROOT, State
from custody import quotas

THRESHOLD = 2


def urls(ports: Ports) -> str:
    """CUSTODIAN_URLS."""
    return ",".join(f"{number}=http://127.0.0.1:{ports.custodian(number)}" for number in CUSTODIANS)


def ceremony(state: State, environment: dict[str, str]) -> Start:
    """The key ceremony; one that was cut short begins anew, since nothing was evaluated with its key."""
    for number in CUSTODIANS:
        shutil.rmtree(state.custodian(number))
        state.custodian(number).mkdir(mode=0o700)
    directories = [str(state.custodian(number)) for number in CUSTODIANS]
    arguments = ["--states", *directories, "--threshold", str(THRESHOLD), "--out", str(state.transcript)]
    return _python(environment, "custody.ceremony", *arguments)


def enrolments(state: State, environment: dict[str, str]) -> list[Start]:
    """Enrol the platform's portal identity, and the alliance that signs declared budgets, at every custodian.

    The cap bounds what the portal can ask, whoever runs it; the alliance's identity evaluates nothing. Enrolling the
    same values again changes nothing.
    """
    signers = [("portal", quotas.PORTAL_DAILY, quotas.PORTAL_MINUTE), ("alliance", 0, 0)]
    return [
        _python(
            environment,
            "custody.daemon",
            "enrol",
            "--state",
            str(state.custodian(number)),
            "--signer",
            name,
            f"--public-key={keys.public_key(state, name)}",  # a key may begin with a dash
            "--daily",
            str(a_day),
            "--burst",
            str(a_minute),
        )
        for number in CUSTODIANS
        for name, a_day, a_minute in signers
    ]


def serve(state: State, ports: Ports, number: int, environment: dict[str, str]) -> Start:
    """How custodian `number` is started; it is given no key, password or address of the platform."""
    listen = f"127.0.0.1:{ports.custodian(number)}"
    return _python(environment, "custody.daemon", "serve", "--state", str(state.custodian(number)), "--listen", listen)


def ready(ports: Ports, number: int) -> bool:
    """Whether the custodian answers."""
    return answer(ports.custodian(number), "/v1/health")[0] == 200


def _python(environment: dict[str, str], module: str, *arguments: str) -> Start:
    return Start([sys.executable, "-m", module, *arguments], environment, ROOT)
