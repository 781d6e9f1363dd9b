"""P6: blinding, evaluating, proving, verifying and finalising, beside the bare libsodium calls they cannot avoid."""

import ctypes
import secrets
import threading
import time
from collections.abc import Callable, Iterator

from privacy import kinds, oprf, requests, ristretto, rounds
from tests.bench.measure import Row, medians

NAME = "crypto"
VALUES = 1000
QUORUM = (1, 3)


def rows(scale: float) -> Iterator[Row]:
    """CPU microseconds a value at t = 2; `scale` does not matter here."""
    transcript, held = rounds.run_here("id", 1, 2, {i: secrets.token_bytes(32) for i in (1, 2, 3)})
    messages = [kinds.message("phone/1", f"+86138{i:08d}") for i in range(VALUES)]
    blinded = oprf.blind(messages)
    elements = blinded.elements
    parts = tuple(requests.evaluate_part(held[i], i, transcript, QUORUM, elements) for i in QUORUM)
    answer = requests.EvaluationAnswer(transcript.epoch, transcript.generation, QUORUM, parts, 0)
    blobs = [part.elements for part in parts]
    hashing, multiplying, adding = _bare_calls(elements, blinded.blinds)
    share, public = held[QUORUM[0]], transcript.public_keys[QUORUM[0]]

    def verify() -> object:
        return requests.verified_parts(transcript, QUORUM, elements, answer)

    def client() -> None:
        fresh = oprf.blind(messages)
        verify()
        oprf.finalise(fresh.blinds, blobs)

    def client_floor() -> None:
        # Blind, two proofs of two sums each, combine, unblind: the calls no implementation can leave out.
        for work, times in ((hashing, 1), (multiplying, 6), (adding, 5)):
            for _ in range(times):
                work()

    def twice(work: Callable[[], object]) -> Callable[[], None]:
        return lambda: (work(), work(), None)[-1]

    for what, work, floor in (
        ("blind", lambda: oprf.blind(messages), lambda: (hashing(), multiplying())),
        ("evaluate (custodian)", lambda: oprf.evaluate(share, elements), multiplying),
        ("prove (custodian)", lambda: oprf.prove(share, public, elements, blobs[0]), lambda: (multiplying(), adding())),
        ("verify two proofs", verify, lambda: [w() for w in (multiplying, adding) for _ in range(4)]),
        ("combine two and finalise", lambda: oprf.finalise(blinded.blinds, blobs), lambda: (multiplying(), adding())),
        ("whole client path", client, client_floor),
    ):
        ours, bare = medians(work, floor, clock=time.process_time)
        yield Row.rate(f"{what}, values a CPU second", VALUES / ours, VALUES / bare, "/s", 0.85)
    one, two = medians(twice(client), lambda: _in_two_threads(client))
    yield Row.rate("whole client path on two cores against one", 2 * VALUES / two, 2 * VALUES / one, "/s", 1.8)


def _bare_calls(elements: bytes, scalars: bytes) -> tuple[Callable[[], None], ...]:
    """Loops over the library's own functions on prepared addresses: hash to group, multiply, add."""
    out = ctypes.create_string_buffer(ristretto.SIZE)
    at = ctypes.addressof(out)
    wide = ctypes.create_string_buffer(secrets.token_bytes(ristretto.HASH_SIZE * VALUES))
    points, factors = ctypes.create_string_buffer(elements), ctypes.create_string_buffer(scalars)
    wide_at, point_at, factor_at = map(ctypes.addressof, (wide, points, factors))
    size = ristretto.SIZE
    keep = (out, wide, points, factors)

    def hashing(_keep: object = keep) -> None:
        for i in range(VALUES):
            ristretto._from_hash(at, wide_at + 2 * size * i)

    def multiplying() -> None:
        for i in range(VALUES):
            ristretto._scalarmult(at, factor_at + size * i, point_at + size * i)

    def adding() -> None:
        for i in range(VALUES):
            ristretto._add(at, point_at + size * i, point_at + size * i)

    return hashing, multiplying, adding


def _in_two_threads(work: Callable[[], object]) -> None:
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
