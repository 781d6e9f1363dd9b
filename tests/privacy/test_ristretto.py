"""The binding of libsodium: arithmetic against Python's integers, validity, and how the library is found."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy import ristretto

ROOT = Path(__file__).resolve().parent.parent.parent
scalars = st.integers(1, ristretto.ORDER - 1)


def number(scalar: bytes) -> int:
    return int.from_bytes(scalar, "little")


@settings(max_examples=50, deadline=None)
@given(scalars, scalars)
def test_scalar_arithmetic_is_that_of_the_prime_field(left: int, right: int) -> None:
    a, b, order = ristretto.scalar_of(left), ristretto.scalar_of(right), ristretto.ORDER
    assert number(ristretto.scalar_add(a, b)) == (left + right) % order
    assert number(ristretto.scalar_sub(a, b)) == (left - right) % order
    assert number(ristretto.scalar_mul(a, b)) == left * right % order
    assert number(ristretto.scalar_invert(a)) == pow(left, -1, order)


@settings(max_examples=20, deadline=None)
@given(st.lists(scalars, max_size=9))
def test_all_inverses_at_once_equal_one_by_one(values: list[int]) -> None:
    blob = b"".join(map(ristretto.scalar_of, values))
    expected = b"".join(ristretto.scalar_invert(ristretto.scalar_of(value)) for value in values)
    assert ristretto.inverses(blob) == expected


def test_a_zero_among_the_scalars_has_no_inverse() -> None:
    with pytest.raises(ristretto.InvalidScalar):
        ristretto.inverses(ristretto.ONE + ristretto.ZERO + ristretto.ONE)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(scalars, scalars), min_size=1, max_size=5))
def test_sums_and_products_of_elements_follow_their_exponents(pairs: list[tuple[int, int]]) -> None:
    weights = b"".join(ristretto.scalar_of(weight) for weight, _ in pairs)
    elements = b"".join(ristretto.multiply_base(ristretto.scalar_of(value)) for _, value in pairs)
    exponent = ristretto.scalar_of(sum(weight * value for weight, value in pairs))
    assert ristretto.weighted_total(weights, elements) == ristretto.multiply_base(exponent)
    assert ristretto.total(ristretto.multiply_each(weights, elements)) == ristretto.multiply_base(exponent)
    assert ristretto.add(elements, elements) == ristretto.multiply_all(ristretto.scalar_of(2), elements)


def test_it_knows_valid_elements_from_others_whatever_the_number_of_threads() -> None:
    good = ristretto.multiply_base(ristretto.random_scalars(1))
    blob = good + ristretto.IDENTITY + b"\xff" * 32 + good + b"\x01" + bytes(31)
    assert list(ristretto.valid_points(blob)) == [1, 0, 0, 1, 0]
    assert list(ristretto.valid_points(blob, threads=2)) == [1, 0, 0, 1, 0]
    assert ristretto.valid_points(b"") == b""


def test_a_blob_that_is_cut_is_refused() -> None:
    for function in (ristretto.valid_points, ristretto.total):
        with pytest.raises(ValueError, match="whole number"):
            function(bytes(33))


def load_bundled(directory: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Runs code that uses the bundled library only, in a process whose temporary directory is given."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": os.environ["PATH"], "TMPDIR": str(directory), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


BUNDLED = """
import ctypes
real = ctypes.CDLL
ctypes.CDLL = lambda name, *rest, **more: (_ for _ in ()).throw(OSError(name)) if "libsodium" in str(name) else real(
    name, *rest, **more)
from privacy import ristretto
print(ristretto._library._name)
assert ristretto.multiply_base(ristretto.ONE).hex().startswith("e2f2ae0a")
"""


def test_the_bundled_library_works_and_leaves_no_file(tmp_path: Path) -> None:
    done = load_bundled(tmp_path, BUNDLED)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


NOEXEC = """
import ctypes
class Refusing:
    def LoadLibrary(self, path):
        raise OSError(f"{path}: failed to map segment from shared object")
ctypes.cdll = Refusing()
ctypes.CDLL = lambda name, *rest, **more: (_ for _ in ()).throw(OSError(name))
from privacy import ristretto
"""


def test_a_temporary_directory_without_execution_is_a_clear_message(tmp_path: Path) -> None:
    done = load_bundled(tmp_path, NOEXEC)
    assert "LibraryMissing" in done.stderr
    assert "TMPDIR" in done.stderr
    assert list(tmp_path.iterdir()) == []
