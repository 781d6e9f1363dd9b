"""Who stands above intel and works on collisions hears when some dissolve: by digest, in the same transaction."""

from collections.abc import Callable, Collection

Listener = Callable[[Collection[int]], None]
"""Takes the digests (by key) whose collisions have just dissolved. They are locked until the transaction ends, so it
waits for no row that somebody holds who waits for a digest."""

_LISTENERS: list[Listener] = []


def when_dissolved(listener: Listener) -> None:
    """Have the listener called from now on, once an app is ready. The same one again changes nothing."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


def tell_dissolved(digests: Collection[int]) -> None:
    """Tell the listeners, if there is anything to tell."""
    for listener in _LISTENERS if digests else ():
        listener(digests)
