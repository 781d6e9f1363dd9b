"""ristretto255 by ctypes over libsodium: single operations, and the loops over blobs that bulk work needs.

A *blob* is n concatenated 32-byte encodings, of elements or of scalars. The functions of a blob run one bare
library call per element with addresses computed up front, so that Python adds little to each; ctypes lets go
of the interpreter lock during every call on the curve, so threads scale.

The library is the system's libsodium, else the one inside the `rbcl` wheel. Loading it is the one piece of
input in this package: a shared library has to be a file, and `rbcl` writes its own to the temporary directory
(TMPDIR is honoured); the file is unlinked as soon as it is mapped, so nothing stays behind.
"""

import contextlib
import ctypes
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SIZE = 32
"""Bytes of an encoded element and of an encoded scalar."""
HASH_SIZE = 64
ORDER = 2**252 + 27742317777372353535851937790883648493
"""The prime order of the group (RFC 9496, section 4)."""
IDENTITY = bytes(SIZE)
ZERO = bytes(SIZE)
ONE = (1).to_bytes(SIZE, "little")

_SYSTEM_LIBRARIES = ("libsodium.so.26", "libsodium.so.23", "libsodium.dylib", "libsodium.dll")
_NEEDED = "crypto_scalarmult_ristretto255"


class LibraryMissing(RuntimeError):
    """No libsodium with ristretto255 could be loaded."""


class InvalidElement(ValueError):
    """An encoding is no element of the group, or is (or gives) the identity; `index` is its place, from 0."""

    code = "invalid_element"

    def __init__(self, index: int = 0) -> None:
        super().__init__(f"element {index} is not a valid ristretto255 element")
        self.index = index


class InvalidScalar(ValueError):
    """A scalar is zero or not reduced modulo the group order where that is not allowed."""

    code = "invalid_scalar"


def _load() -> ctypes.CDLL:
    """The system's libsodium if it has ristretto255 (1.0.18 and later), else rbcl's."""
    for name in _SYSTEM_LIBRARIES:
        with contextlib.suppress(OSError):
            library = ctypes.CDLL(name)
            if hasattr(library, _NEEDED):
                return library
    return _load_bundled()


def _load_bundled() -> ctypes.CDLL:
    """libsodium out of the rbcl wheel, whose temporary file is removed again.

    Raises LibraryMissing with what to do about it: rbcl absent, or a temporary directory mounted noexec.
    """
    try:
        from rbcl import _sodium as bundled  # noqa: PLC0415  (loading it writes a file: only when it is needed)
    except ImportError as error:
        message = "libsodium is missing: install it, or the Python package rbcl, which carries it"
        raise LibraryMissing(message) from error
    except OSError as error:
        raise LibraryMissing(_why_not(error)) from error
    library: ctypes.CDLL = bundled
    # Windows refuses to unlink a mapped library; everywhere else the mapping outlives the name.
    with contextlib.suppress(OSError):
        Path(library._name).unlink()
    return library


def _why_not(error: OSError) -> str:
    """What to do about a bundled library that could not be written or mapped; its leftover file is removed."""
    # The loader's message begins with the path of the file that it could not map; other errors name no library.
    leftover = Path(str(error).partition(": ")[0])
    if leftover.suffix != ".so":
        return f"libsodium could not be written to the temporary directory ({error}): set TMPDIR to a writable one"
    leftover.unlink(missing_ok=True)
    return (
        f"libsodium could not be loaded from {leftover.parent}: if that directory is mounted noexec, set TMPDIR to "
        "one that allows execution, or install the system's libsodium"
    )


_library = _load()
# The same library, holding the interpreter lock: scalar arithmetic is quicker than handing the lock over.
_quick = ctypes.PyDLL(None, handle=_library._handle)
if _library.sodium_init() < 0:
    raise LibraryMissing("libsodium could not be initialised")


def _bind(library: ctypes.CDLL, name: str, arguments: int, *, result: bool = True) -> Callable[..., int]:
    function = getattr(library, name)
    function.argtypes = (ctypes.c_void_p,) * arguments
    function.restype = ctypes.c_int if result else None
    return function  # type: ignore[no-any-return]


_from_hash = _bind(_library, "crypto_core_ristretto255_from_hash", 2)
_is_valid = _bind(_library, "crypto_core_ristretto255_is_valid_point", 1)
_scalarmult = _bind(_library, "crypto_scalarmult_ristretto255", 3)
_scalarmult_base = _bind(_library, "crypto_scalarmult_ristretto255_base", 2)
_add = _bind(_library, "crypto_core_ristretto255_add", 3)
_scalar_add = _bind(_quick, "crypto_core_ristretto255_scalar_add", 3, result=False)
_scalar_sub = _bind(_quick, "crypto_core_ristretto255_scalar_sub", 3, result=False)
_scalar_mul = _bind(_quick, "crypto_core_ristretto255_scalar_mul", 3, result=False)
_scalar_invert = _bind(_quick, "crypto_core_ristretto255_scalar_invert", 2)
_scalar_reduce = _bind(_quick, "crypto_core_ristretto255_scalar_reduce", 2, result=False)


def _address(value: bytes) -> int:
    """Where the bytes lie; the caller keeps `value` alive while the address is used."""
    return ctypes.cast(ctypes.c_char_p(value), ctypes.c_void_p).value or 0


def count(blob: bytes) -> int:
    """How many encodings a blob holds. Raises ValueError if it is not a whole number of them."""
    whole, rest = divmod(len(blob), SIZE)
    if rest:
        raise ValueError(f"a blob of {len(blob)} bytes is not a whole number of 32-byte encodings")
    return whole


# Scalars: 32 bytes, little endian, below ORDER. Constant time: they may be secret.


def _two_scalars(function: Callable[..., int], left: bytes, right: bytes) -> bytes:
    if len(left) != SIZE or len(right) != SIZE:
        raise InvalidScalar("a scalar has 32 bytes")
    out = ctypes.create_string_buffer(SIZE)
    function(ctypes.addressof(out), _address(left), _address(right))
    return out.raw


def scalar_add(left: bytes, right: bytes) -> bytes:
    """left + right modulo the order."""
    return _two_scalars(_scalar_add, left, right)


def scalar_sub(left: bytes, right: bytes) -> bytes:
    """left - right modulo the order."""
    return _two_scalars(_scalar_sub, left, right)


def scalar_mul(left: bytes, right: bytes) -> bytes:
    """left * right modulo the order."""
    return _two_scalars(_scalar_mul, left, right)


def scalar_invert(scalar: bytes) -> bytes:
    """The inverse modulo the order. Raises InvalidScalar for zero."""
    if len(scalar) != SIZE:
        raise InvalidScalar("a scalar has 32 bytes")
    out = ctypes.create_string_buffer(SIZE)
    if _scalar_invert(ctypes.addressof(out), _address(scalar)) != 0:
        raise InvalidScalar("zero has no inverse")
    return out.raw


def scalar_reduce(wide: bytes) -> bytes:
    """64 uniform bytes, little endian, to a uniform scalar."""
    if len(wide) != HASH_SIZE:
        raise InvalidScalar("a wide scalar has 64 bytes")
    return reduce_all(wide)


def scalar_of(number: int) -> bytes:
    """A public number as a scalar. Not constant time."""
    return (number % ORDER).to_bytes(SIZE, "little")


def check_scalar(scalar: bytes) -> bytes:
    """The scalar itself. Raises InvalidScalar unless it has 32 bytes, is reduced and is not zero."""
    if len(scalar) != SIZE or not 0 < int.from_bytes(scalar, "little") < ORDER:
        raise InvalidScalar("a scalar must be 32 bytes, reduced and not zero")
    return scalar


def reduce_all(wide: bytes) -> bytes:
    """n times 64 uniform bytes to a blob of n uniform scalars."""
    number, rest = divmod(len(wide), HASH_SIZE)
    if rest:
        raise InvalidScalar("a wide scalar has 64 bytes")
    out = ctypes.create_string_buffer(number * SIZE)
    target, source = ctypes.addressof(out), _address(wide)
    for index in range(number):
        _scalar_reduce(target + index * SIZE, source + index * HASH_SIZE)
    return out.raw


def random_scalars(number: int) -> bytes:
    """A blob of uniform non-zero scalars from the system's generator (64 bytes each, reduced: no bias)."""
    blob = reduce_all(secrets.token_bytes(number * HASH_SIZE))
    # A zero has probability 2^-252; it could never be undone as a blind, so the impossible is still refused.
    if any(blob[start : start + SIZE] == ZERO for start in range(0, len(blob), SIZE)):
        raise InvalidScalar("the random generator returned zero")
    return blob


def inverses(scalars: bytes) -> bytes:
    """The inverse of each scalar of a blob, by Montgomery's trick: one inversion, three products each.

    Constant time in the scalars. Raises InvalidScalar if one of them is zero.
    """
    number = count(scalars)
    if number == 0:
        return b""
    products = ctypes.create_string_buffer(ONE, (number + 1) * SIZE)
    source, running = _address(scalars), ctypes.addressof(products)
    for at in range(0, number * SIZE, SIZE):
        _scalar_mul(running + at + SIZE, running + at, source + at)
    out = ctypes.create_string_buffer(number * SIZE)
    tail = ctypes.create_string_buffer(scalar_invert(products.raw[-SIZE:]), SIZE)
    target, rest = ctypes.addressof(out), ctypes.addressof(tail)
    for at in range((number - 1) * SIZE, -SIZE, -SIZE):
        _scalar_mul(target + at, running + at, rest)
        _scalar_mul(rest, rest, source + at)
    return out.raw


# Elements: 32-byte canonical encodings (RFC 9496, section 4.3).


def from_hash(uniform: bytes) -> bytes:
    """64 uniform bytes to an element (RFC 9496, section 4.3.4)."""
    if len(uniform) != HASH_SIZE:
        raise ValueError("an element is derived from 64 bytes")
    return from_hashes(uniform)


def from_hashes(uniform: bytes) -> bytes:
    """n times 64 uniform bytes to a blob of n elements."""
    number = len(uniform) // HASH_SIZE
    out = ctypes.create_string_buffer(number * SIZE)
    target, source = ctypes.addressof(out), _address(uniform)
    for index in range(number):
        _from_hash(target + index * SIZE, source + index * HASH_SIZE)
    return out.raw


def multiply(scalar: bytes, element: bytes) -> bytes:
    """scalar * element. Raises InvalidElement if the element is invalid or the result is the identity."""
    return multiply_all(scalar, element)


def multiply_base(scalar: bytes) -> bytes:
    """scalar * generator. Raises InvalidScalar if the scalar is zero."""
    if len(scalar) != SIZE:
        raise InvalidScalar("a scalar has 32 bytes")
    out = ctypes.create_string_buffer(SIZE)
    if _scalarmult_base(ctypes.addressof(out), _address(scalar)) != 0:
        raise InvalidScalar("the scalar is zero")
    return out.raw


def multiply_all(scalar: bytes, elements: bytes) -> bytes:
    """scalar * each element of the blob. Raises InvalidElement with the place of the first invalid one."""
    if len(scalar) != SIZE:
        raise InvalidScalar("a scalar has 32 bytes")
    size = count(elements) * SIZE
    out = ctypes.create_string_buffer(size)
    target, factor, source = ctypes.addressof(out), _address(scalar), _address(elements)
    for at in range(0, size, SIZE):
        if _scalarmult(target + at, factor, source + at) != 0:
            raise InvalidElement(at // SIZE)
    return out.raw


def multiply_each(scalars: bytes, elements: bytes) -> bytes:
    """The i-th scalar * the i-th element. Raises InvalidElement as `multiply_all` does."""
    size = count(elements) * SIZE
    if len(scalars) != size:
        raise InvalidScalar("one scalar is needed for each element")
    out = ctypes.create_string_buffer(size)
    target, factors, source = ctypes.addressof(out), _address(scalars), _address(elements)
    for at in range(0, size, SIZE):
        if _scalarmult(target + at, factors + at, source + at) != 0:
            raise InvalidElement(at // SIZE)
    return out.raw


def add(left: bytes, right: bytes) -> bytes:
    """Element-wise sum of two blobs of one length (the identity is allowed). Raises InvalidElement."""
    size = count(left) * SIZE
    if len(right) != size:
        raise ValueError("two blobs of one length are needed")
    out = ctypes.create_string_buffer(size)
    target, first, second = ctypes.addressof(out), _address(left), _address(right)
    for at in range(0, size, SIZE):
        if _add(target + at, first + at, second + at) != 0:
            raise InvalidElement(at // SIZE)
    return out.raw


def total(elements: bytes) -> bytes:
    """The sum of all elements of a blob; the identity for none. Raises InvalidElement."""
    size = count(elements) * SIZE
    out = ctypes.create_string_buffer(SIZE)
    target, source = ctypes.addressof(out), _address(elements)
    for at in range(0, size, SIZE):
        if _add(target, target, source + at) != 0:
            raise InvalidElement(at // SIZE)
    return out.raw


def weighted_total(scalars: bytes, elements: bytes) -> bytes:
    """The sum of scalar_i * element_i, none of which may be the identity. Raises InvalidElement."""
    size = count(elements) * SIZE
    if len(scalars) != size:
        raise InvalidScalar("one scalar is needed for each element")
    out, term = ctypes.create_string_buffer(SIZE), ctypes.create_string_buffer(SIZE)
    target, product = ctypes.addressof(out), ctypes.addressof(term)
    factors, source = _address(scalars), _address(elements)
    for at in range(0, size, SIZE):
        if _scalarmult(product, factors + at, source + at) != 0 or _add(target, target, product) != 0:
            raise InvalidElement(at // SIZE)
    return out.raw


def valid_points(elements: bytes, *, threads: int = 1) -> bytes:
    """One byte for each element of the blob: 1 if it is a valid encoding and not the identity, else 0."""
    number = count(elements)
    if threads > 1 and number > threads:
        step = -(-number // threads) * SIZE
        parts = [elements[start : start + step] for start in range(0, len(elements), step)]
        with ThreadPoolExecutor(len(parts)) as pool:
            return b"".join(pool.map(valid_points, parts))
    source = _address(elements)
    flags = bytearray(_is_valid(source + at) for at in range(0, number * SIZE, SIZE))
    # libsodium takes the identity for a valid point; a digest or a blinded element never is one.
    for index in range(number):
        if flags[index] and elements[index * SIZE : (index + 1) * SIZE] == IDENTITY:
            flags[index] = 0
    return bytes(flags)
