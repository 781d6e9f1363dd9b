"""Who is mentioned in a comment: `@` and a name of somebody in the case, found without a database."""

from collections.abc import Collection
from dataclasses import dataclass

_AT = "@＠"
_OPENS, _CLOSES = "(（", ")）"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may be mentioned: their key, their name, and the names of their institution in both languages."""

    key: int
    name: str
    of: tuple[str, str]


class SeveralOfThatName(ValueError):
    """A name that several people of the case have, without the institution behind it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def mentioned(text: str, people: Collection[Person]) -> frozenset[int]:
    """The keys of the people whom the text names behind an `@`, the longest name that fits.

    Of several people with one name the institution in brackets decides: `@李伟（北岸银行）`. Raises SeveralOfThatName.
    """
    names = sorted({person.name for person in people}, key=lambda name: (-len(name), name))
    found: set[int] = set()
    for place, sign in enumerate(text):
        if sign not in _AT:
            continue
        name = next((name for name in names if _stands_at(text, place + 1, name)), None)
        if name is not None:
            found.add(_one_of(text[place + 1 + len(name) :], name, [one for one in people if one.name == name]))
    return frozenset(found)


def _stands_at(text: str, place: int, name: str) -> bool:
    if not text.startswith(name, place):
        return False
    behind = text[place + len(name) : place + len(name) + 1]
    # "Li Wei" does not stand in "Li Weiming"; Chinese has no blanks between a name and what follows.
    return not (name[-1:].isascii() and name[-1:].isalnum() and behind.isascii() and behind.isalnum())


def _one_of(behind: str, name: str, people: Collection[Person]) -> int:
    if len(people) == 1:
        return next(iter(people)).key
    rest = behind.lstrip()
    if rest[:1] and rest[0] in _OPENS:
        inside = rest[1:]
        ends = [place for place, sign in enumerate(inside) if sign in _CLOSES]
        said = inside[: ends[0]].strip() if ends else ""
        of = [person.key for person in people if said in person.of]
        if len(of) == 1:
            return of[0]
    raise SeveralOfThatName(name)
