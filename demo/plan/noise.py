"""What recurs without a gang: numbers given out again, families, switchboards, hotlines, people who complain.

Some of it collides. A collision is a lead, never a verdict, and a demo without false leads would teach the opposite.
"""

from datetime import timedelta

from demo import roster
from demo.plan import words
from demo.plan.rows import Indicator, Story
from demo.plan.writing import Draft

HOTLINES = ("12378", "12345", "12363", "96110", "12368")
"""Public service lines: the regulator's, the city's, the consumer's, the police's, the court's."""
FREEZE = timedelta(days=90)
"""How long a number rests before a carrier gives it to somebody else."""


def write_noise(draft: Draft, clues: int) -> None:
    """Write the noise of an alliance of about `clues` clues."""
    scale = max(clues, 1) / 20_000
    for number in range(1, 1 + max(2, round(60 * scale))):
        _recycled(draft, number)
    for number in range(1, 1 + max(2, round(110 * scale))):
        _family(draft, number)
    for number in range(1, 1 + max(1, round(2 * scale))):
        _switchboard(draft, number, clues=max(8, round(40 * scale)))
    for number, line in enumerate(HOTLINES, start=1):
        _hotline(draft, number, line, clues=max(3, round(14 * scale)))
    for number in range(1, 1 + max(2, round(80 * scale))):
        _complainant(draft, number)


def _circle(draft: Draft) -> str:
    return draft.rng.choices((roster.CREDIT, roster.AGENCY), (68, 32))[0]


def _tell(draft: Draft, ref: str, circle: str, institutions: list[str], lead: Indicator) -> Story:
    """Note the story; its shape is the first part of its reference."""
    shape = ref.rsplit("-", 1)[0]
    story = Story(ref, shape, circle, tuple(sorted(set(institutions))), words.typology(draft.rng, circle), lead)
    draft.stories.append(story)
    return story


def _recycled(draft: Draft, number: int) -> None:
    """A number that an agent gave up; months later an honest customer of another institution has it."""
    circle = _circle(draft)
    before, after = draft.members_of(circle, 2)
    phone = draft.mint.phone()
    story = _tell(draft, f"recycled-{number:03d}", circle, [before, after], phone)
    used = draft.until - timedelta(days=draft.rng.randint(200, 360))
    again = draft.moment(used + FREEZE + timedelta(days=20), draft.until - timedelta(days=1))
    for code, role, at in ((before, "agent", used), (after, "unknown", again)):
        draft.file(
            code,
            circle,
            [phone],
            story=story.ref,
            typology=story.typology,
            role=role,
            observed_at=at,
            note=words.noise_note(draft.rng, "recycled") if code == after else "",
        )


def _family(draft: Draft, number: int) -> None:
    """Two people of one household leave the same number at two institutions."""
    circle = _circle(draft)
    institutions = draft.members_of(circle, 2)
    phone = draft.mint.phone()
    story = _tell(draft, f"family-{number:03d}", circle, institutions, phone)
    for code in institutions:
        own = [phone, draft.mint.cnid()] if draft.rng.random() < 0.5 else [phone]
        draft.file(
            code,
            circle,
            own,
            story=story.ref,
            typology=story.typology,
            role="unknown",
            proof="suspicion",
            observed_at=draft.any_moment(),
            note=words.noise_note(draft.rng, "family"),
        )


def _switchboard(draft: Draft, number: int, *, clues: int) -> None:
    """A law firm's one number behind many extensions: the extension is no part of the key."""
    circle = _circle(draft)
    institutions = draft.members_of(circle, 5)
    line = draft.mint.landline()
    story = _tell(draft, f"switchboard-{number:03d}", circle, institutions, line)
    for turn in range(clues):
        code = institutions[turn % len(institutions)]
        extension = f"{line.written}转{draft.rng.randint(100, 899)}"
        written = draft.rng.choice((line.written, line.written, extension))
        draft.file(
            code,
            circle,
            [Indicator(line.kind, line.canonical, written)],
            story=story.ref,
            typology=story.typology,
            role="unknown",
            proof="suspicion",
            observed_at=draft.any_moment(),
            note=words.noise_note(draft.rng, "switchboard"),
        )


def _hotline(draft: Draft, number: int, line: str, *, clues: int) -> None:
    """A public line that people give as a call-back number or that a caller shows."""
    circle = _circle(draft)
    institutions = draft.members_of(circle, 3)
    value = Indicator("phone/1", f"cn-sc:{line}", line)
    story = _tell(draft, f"hotline-{number:03d}", circle, institutions, value)
    for turn in range(clues):
        draft.file(
            institutions[turn % len(institutions)],
            circle,
            [value],
            story=story.ref,
            typology=story.typology,
            role="unknown",
            proof="suspicion",
            observed_at=draft.any_moment(),
            note=words.noise_note(draft.rng, "hotline"),
        )


def _complainant(draft: Draft, number: int) -> None:
    """A customer who complains for herself, to two institutions she really has contracts with."""
    circle = _circle(draft)
    institutions = draft.members_of(circle, 2)
    phone = draft.mint.phone()
    story = _tell(draft, f"complainant-{number:03d}", circle, institutions, phone)
    for code in institutions:
        draft.file(
            code,
            circle,
            [phone],
            story=story.ref,
            typology=story.typology,
            role="unknown",
            proof="suspicion",
            observed_at=draft.any_moment(),
            note=words.noise_note(draft.rng, "complainant"),
        )


def write_background(draft: Draft, clues: int) -> None:
    """Fill the plan to exactly `clues` clues with people whom one institution alone meets, some several times."""
    codes = [member.code for member in roster.MEMBERS]
    weights = [member.weight for member in roster.MEMBERS]
    while len(draft.rows) < clues:
        code = draft.rng.choices(codes, weights)[0]
        circle = draft.rng.choice(roster.circles_of(code))
        person = _person(draft, code)
        typology = words.typology(draft.rng, circle)
        role = draft.rng.choices(("agent", "actor", "unknown", "victim"), (30, 25, 35, 10))[0]
        for _ in range(min(draft.rng.choices((1, 2, 3), (78, 16, 6))[0], clues - len(draft.rows))):
            draft.file(
                code,
                circle,
                draft.rng.sample(person, draft.rng.randint(1, len(person))),
                story="background",
                typology=typology,
                role=role,
                observed_at=draft.any_moment(),
                note=words.common_note(draft.rng),
            )


def _person(draft: Draft, code: str) -> list[Indicator]:
    """One to four values of somebody unrelated to everybody else."""
    mint = draft.mint
    others = (mint.wechat, mint.account, mint.card, mint.cnid, mint.oaid, mint.qq, mint.imei)
    person = [mint.phone()]
    if draft.rng.random() < 0.35:
        person.append(mint.voice(roster.BY_CODE[code].library))
    person += [draw() for draw in draft.rng.sample(others, draft.rng.choices((0, 1, 2, 3), (20, 35, 30, 15))[0])]
    return person


def write_split(draft: Draft, count: int) -> None:
    """Values that two institutions of both circles filed to different circles: they must never collide."""
    both = [member.code for member in roster.MEMBERS if len(roster.circles_of(member.code)) == 2]
    for number in range(1, count + 1):
        one, two = draft.rng.sample(both, 2)
        phone = draft.mint.phone()
        story = _tell(draft, f"split-{number:03d}", roster.CREDIT, [one], phone)
        for code, circle in ((one, roster.CREDIT), (two, roster.AGENCY)):
            draft.file(
                code,
                circle,
                [phone],
                story=story.ref,
                typology="illegal_complaint_agency",
                role="agent",
                observed_at=draft.any_moment(),
            )
