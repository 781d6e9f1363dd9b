"""Writing the archive of a package, a stretch at a time. docs/package.md; the browser writes the same bytes."""

import zlib
from collections.abc import Iterable, Iterator

from privacy.verify_archive import central, descriptor, ending, local_header
from privacy.verify_sums import MOST


def archive(files: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[bytes]:
    """The bytes of a zip with these files in this order, none compressed; of any size, in flat memory.

    Raises ValueError for a path that is given twice.
    """
    at, directory, is_long, seen = 0, [], False, set()
    for path, stretches in files:
        if path in seen:
            raise ValueError(f"{path} is given twice")
        seen.add(path)
        name, crc, size = path.encode(), 0, 0
        yield local_header(name)
        for some in stretches:
            crc, size = zlib.crc32(some, crc), size + len(some)
            yield some
        behind = descriptor(crc, size)
        yield behind
        directory.append(central(name, crc, size, at))
        is_long = is_long or size >= MOST
        at += len(local_header(name)) + size + len(behind)
    listed = b"".join(directory)
    yield listed + ending(len(directory), len(listed), at, is_long=is_long)
