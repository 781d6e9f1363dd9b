"""What recurs without a gang: numbers given out again, families, people who complain; lines.py has the shared lines.

Much of it collides, and some of it was filed by somebody in a hurry, with the wrong role and better grounds than there
were. A collision is a lead, never a verdict, and a demo without false leads would teach the opposite.
"""

from datetime import timedelta

from demo import roster
from demo.plan import words
from demo.plan.lines import HOTLINES, write_lines
from demo.plan.rows import Indicator
from demo.plan.writing import Draft

__all__ = ["FREEZE", "HOTLINES", "write_background", "write_noise", "write_split"]

FREEZE = timedelta(days=90)
"""How long a number rests before a carrier gives it to somebody else."""
_AGENTS_TWICE = 0.3
"""How often the next owner of an agent's number is an agent too, of nothing in common with the first."""
_TWO_KINDS = 0.35
"""How often people leave their number and their identity card at both institutions."""
_ONE_TABLET = 0.25
"""How often those also use one tablet and one WeChat."""
_HURRIED = {"family": 0.12, "complainant": 0.18}


def write_noise(draft: Draft, clues: int) -> None:
    """Write the noise of an alliance of about `clues` clues."""
    scale = max(clues, 1) / 20_000
    for number in range(1, 1 + max(2, round(90 * scale))):
        _recycled(draft, number)
    for shape, often in (("family", 180), ("complainant", 140)):
        for number in range(1, 1 + max(2, round(often * scale))):
            _household(draft, f"{shape}-{number:03d}", shape)
    write_lines(draft, scale)


def _recycled(draft: Draft, number: int) -> None:
    """A number that an agent gave up; months later a stranger at another institution has it, sometimes an agent too."""
    circle = draft.any_circle()
    before, after = draft.members_of(circle, 2)
    phone = draft.mint.phone()
    story = draft.tell(f"recycled-{number:03d}", circle, [before, after], phone)
    used = draft.until - timedelta(days=draft.rng.randint(200, 360))
    again = draft.moment(used + FREEZE + timedelta(days=20), draft.until - timedelta(days=1))
    role, proof = ("agent", None) if draft.rng.random() < _AGENTS_TWICE else draft.innocent(0.1)
    note = "" if role == "agent" else words.noise_note(draft.rng, "recycled")
    for code, acts, grounds, at, said in (
        (before, "agent", None, used, ""),
        (after, role, proof, again, note),
    ):
        draft.file(
            code,
            circle,
            [phone],
            story=story.ref,
            typology=story.typology,
            role=acts,
            proof=grounds,
            observed_at=at,
            note=said,
        )


def _household(draft: Draft, ref: str, shape: str) -> None:
    """One household's number at two institutions: of two of its people, or of one who complains for herself at both.

    Whoever left an identity card too did so at both, or only at one of them, or each left another.
    """
    circle = draft.any_circle()
    institutions = draft.members_of(circle, 2)
    phone, same = draft.mint.phone(), draft.mint.cnid()
    story = draft.tell(ref, circle, institutions, phone)
    two_kinds = draft.rng.random() < _TWO_KINDS
    shared = [draft.mint.oaid(), draft.mint.wechat()] if two_kinds and draft.rng.random() < _ONE_TABLET else []
    for code in institutions:
        own = [phone]
        if two_kinds:
            own += [same, *shared]
        elif shape == "family" and draft.rng.random() < 0.4:
            own.append(draft.mint.cnid())
        for _ in range(draft.rng.choices((1, 2, 3), (80, 15, 5))[0]):
            role, proof = draft.innocent(_HURRIED[shape])
            draft.file(
                code,
                circle,
                own,
                story=story.ref,
                typology=story.typology,
                role=role,
                proof=proof,
                observed_at=draft.any_moment(),
                note=words.noise_note(draft.rng, shape),
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
        story = draft.tell(f"split-{number:03d}", roster.CREDIT, [one], phone)
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
