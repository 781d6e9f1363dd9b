"""Lines that half a country rings: law firms, couriers, call centres, public hotlines. Held by many, guilty of nothing.

By volume they look like the largest gangs there are, which is why volume alone must not rank a collision.
"""

from demo import roster
from demo.plan import words
from demo.plan.rows import Indicator, Story
from demo.plan.writing import Draft

HOTLINES = ("12378", "12345", "12363", "96110", "12368")
"""Public service lines: the regulator's, the city's, the consumer's, the police's, the court's."""
_HURRIED = {
    "switchboard": 0.10,
    "practice": 0.35,
    "courier": 0.05,
    "delivery": 0.04,
    "callcentre": 0.15,
    "hotline": 0.0,
}
"""How often an analyst in a hurry files such a line as an agent's, with reasonable grounds."""


def write_lines(draft: Draft, scale: float) -> None:
    """Write every kind of shared line; `scale` is 1 for an alliance of 20,000 clues."""
    for number in range(1, 1 + max(1, round(6 * scale))):
        _switchboard(draft, number, clues=max(8, round(34 * scale)))
    for number in range(1, 1 + max(1, round(8 * scale))):
        _practice(draft, number, clues=max(6, round(18 * scale)))
    for number in range(1, 1 + max(1, round(5 * scale))):
        _line(draft, f"courier-{number:03d}", draft.mint.landline(), spread=4, clues=max(4, round(24 * scale)))
    for number in range(1, 1 + max(1, round(12 * scale))):
        _line(draft, f"delivery-{number:03d}", draft.mint.phone(), spread=3, clues=max(3, round(7 * scale)))
    for number in range(1, 1 + max(1, round(4 * scale))):
        _call_centre(draft, number, clues=max(6, round(36 * scale)))
    for number, line in enumerate(HOTLINES, start=1):
        value = Indicator("phone/1", f"cn-sc:{line}", line)
        _line(draft, f"hotline-{number:03d}", value, spread=3, clues=max(3, round(14 * scale)))


def _line(draft: Draft, ref: str, line: Indicator, *, spread: int, clues: int) -> None:
    """A line that customers of `spread` institutions give, or that rings them, all through the year."""
    circle = draft.any_circle()
    institutions = draft.members_of(circle, spread)
    story = draft.tell(ref, circle, institutions, line)
    for turn in range(clues):
        _file(draft, story, institutions[turn % spread], [line])


def _switchboard(draft: Draft, number: int, *, clues: int) -> None:
    """A law firm: one number behind many extensions, which are no part of the key, and mostly its site beside it."""
    circle = draft.any_circle()
    institutions = draft.members_of(circle, 5)
    line, site = draft.mint.landline(), draft.mint.domain()
    story = draft.tell(f"switchboard-{number:03d}", circle, institutions, line)
    for turn in range(clues):
        extension = f"{line.written}转{draft.rng.randint(100, 899)}"
        written = draft.rng.choice((line.written, line.written, extension))
        values = [Indicator(line.kind, line.canonical, written)]
        if draft.rng.random() < 0.35:
            values.append(site)
        _file(draft, story, institutions[turn % 5], values)


def _practice(draft: Draft, number: int, *, clues: int) -> None:
    """A lawful adviser who really acts for customers of several institutions, and looks like a gang.

    A mobile, a WeChat, a site and a company, up to four of them in one clue: only what it does with them is lawful.
    """
    circle, mint = draft.any_circle(), draft.mint
    institutions = draft.members_of(circle, draft.rng.choice((3, 4)))
    mobile, others = mint.phone(), [mint.wechat(), mint.domain(), mint.company()]
    story = draft.tell(f"practice-{number:03d}", circle, institutions, mobile)
    for turn in range(clues):
        values = [mobile, *(one for one in others if draft.rng.random() < 0.3)]
        _file(draft, story, institutions[turn % len(institutions)], values)


def _call_centre(draft: Draft, number: int, *, clues: int) -> None:
    """An outsourcer's outbound line with three people on it, whom each voice library knows by another name."""
    circle = draft.any_circle()
    institutions = draft.members_of(circle, 5)
    line = draft.mint.landline()
    libraries = sorted({roster.BY_CODE[code].library for code in institutions})
    people = [{library: draft.mint.voice(library) for library in libraries} for _ in range(3)]
    story = draft.tell(f"callcentre-{number:03d}", circle, institutions, line)
    for turn in range(clues):
        code = institutions[turn % 5]
        values = [line]
        if draft.rng.random() < 0.3:
            values.append(draft.rng.choice(people)[roster.BY_CODE[code].library])
        _file(draft, story, code, values)


def _file(draft: Draft, story: Story, code: str, values: list[Indicator]) -> None:
    role, proof = draft.innocent(_HURRIED[story.shape])
    draft.file(
        code,
        story.circle,
        values,
        story=story.ref,
        typology=story.typology,
        role=role,
        proof=proof,
        observed_at=draft.any_moment(),
        note=words.noise_note(draft.rng, story.shape),
    )
