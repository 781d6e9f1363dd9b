"""Gangs: a few people with phones, voices, accounts and cards, who work two to five institutions for some months.

Two in five are thin: seen a few times only, and on mere suspicion, as most gangs are while somebody could still stop
them.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from demo import roster
from demo.plan import words
from demo.plan.rows import Indicator, Story
from demo.plan.writing import Draft

_WALKS_ON = 0.3
"""How often a victim whom one lender stopped is walked to the next one."""
_THIN = 0.4
"""How often a gang is seen only thinly."""
_SHIELDED = 0.9
"""How often a victim is filed as one; an analyst in a hurry takes the rest for actors."""
_NAMED_BESIDE = 0.1
"""How often the clue of a victim names the number beside it that the gang called from."""
_SCENES = ("call", "advert", "payment", "device", "victim")
_SCENE_WEIGHTS = (46, 22, 12, 8, 12)


@dataclass(slots=True)
class Gang:
    """One gang and what it uses; `voices` has one entry a person: what each library calls that voice."""

    ref: str
    circle: str
    typology: str
    name: str
    institutions: list[str]
    begins: datetime
    ends: datetime
    phones: list[Indicator]
    voices: list[dict[str, Indicator]]
    adverts: list[Indicator]
    payments: list[Indicator]
    devices: list[Indicator]
    is_thin: bool = False
    seen: dict[str, list[Indicator]] = field(default_factory=dict)
    victims: list[list[Indicator]] = field(default_factory=list)


def write_gangs(draft: Draft, clues: int) -> None:
    """Write gangs, thin ones among them, until about `clues` clues are theirs; one owner alone sees three of them."""
    number = 0
    goal = len(draft.rows) + clues
    while len(draft.rows) < goal:
        number += 1
        if number in {4, 9, 14}:
            _write(draft, _sisters(draft, number), "sisters")
            continue
        circle = draft.any_circle()
        if draft.rng.random() < _THIN:
            span = draft.rng.choices((2, 3), (75, 25))[0]
            _write(draft, _gang(draft, number, circle, draft.members_of(circle, span), is_thin=True), "thin")
        else:
            span = draft.rng.choices((2, 3, 4, 5), (45, 30, 15, 10))[0]
            _write(draft, _gang(draft, number, circle, draft.members_of(circle, span)), "gang")


def _sisters(draft: Draft, number: int) -> Gang:
    """A gang that only two institutions of one owner see: it must never collide."""
    circle = draft.rng.choice((roster.CREDIT, roster.AGENCY))
    return _gang(draft, number, circle, ["jianglan-bank", "jianglan-cf"])


def _gang(draft: Draft, number: int, circle: str, institutions: list[str], *, is_thin: bool = False) -> Gang:
    rng, mint = draft.rng, draft.mint
    begins = draft.until - timedelta(days=rng.randint(20, 364))
    typology = words.typology(rng, circle)
    adverts = [mint.account() for _ in range(rng.randint(1, 4))]
    adverts += [mint.wechat() for _ in range(rng.randint(1, 3))]
    adverts += [mint.qq() for _ in range(rng.randint(0, 1))] + [mint.domain() for _ in range(rng.randint(0, 1))]
    payments = [mint.card() for _ in range(rng.randint(1, 2))] + [mint.company() for _ in range(rng.randint(0, 1))]
    devices = [rng.choice((mint.imei, mint.oaid, mint.ip))() for _ in range(rng.randint(1, 3))]
    libraries = sorted({roster.BY_CODE[code].library for code in institutions})
    gang = Gang(
        ref=f"gang-{number:03d}",
        circle=circle,
        typology=typology,
        name=words.gang_name(rng, typology),
        institutions=institutions,
        begins=begins,
        ends=min(begins + timedelta(days=rng.randint(14, 170)), draft.until - timedelta(days=1)),
        phones=[mint.phone() for _ in range(rng.randint(1, 3) if is_thin else rng.randint(3, 8))],
        voices=[{library: mint.voice(library) for library in libraries} for _ in range(rng.randint(1, 3))],
        adverts=adverts,
        payments=payments,
        devices=devices,
        is_thin=is_thin,
    )
    tools = [*gang.phones[1:], *gang.adverts, *gang.payments, *gang.devices]
    for code in institutions:
        # An institution meets a part of the gang; all of them meet the lead phone.
        gang.seen[code] = [gang.phones[0], *(tool for tool in tools if rng.random() < 0.6)]
    return gang


def _write(draft: Draft, gang: Gang, shape: str) -> None:
    lead = gang.phones[0]
    story = Story(gang.ref, shape, gang.circle, tuple(sorted(gang.institutions)), gang.typology, lead)
    for code in gang.institutions:
        _call(draft, gang, code, [lead])
    for _ in range(draft.rng.randint(2, 8) if gang.is_thin else int(draft.rng.lognormvariate(3.7, 0.55))):
        code = draft.rng.choice(gang.institutions)
        scene = draft.rng.choices(_SCENES, _SCENE_WEIGHTS)[0]
        if scene == "call":
            phones = [one for one in gang.seen[code] if one.kind == "phone/1"]
            _call(draft, gang, code, [draft.rng.choice(phones)])
        elif scene == "victim":
            _victim(draft, gang, code)
        else:
            _tools(draft, gang, code, scene)
    victims = frozenset((one.kind, one.canonical) for victim in gang.victims for one in victim)
    draft.stories.append(replace(story, victims=victims))


def _call(draft: Draft, gang: Gang, code: str, indicators: list[Indicator]) -> None:
    """Somebody of the gang calls: a phone, and mostly a voice as this institution's library names it."""
    if draft.rng.random() < 0.7:
        indicators = [*indicators, draft.rng.choice(gang.voices)[roster.BY_CODE[code].library]]
    weights = (45, 15, 40) if gang.is_thin else (74, 20, 6)
    _file(draft, gang, code, indicators, draft.rng.choices(("agent", "actor", "unknown"), weights)[0])


def _tools(draft: Draft, gang: Gang, code: str, scene: str) -> None:
    """An advert, an account for the fee or a device, one to three values seen together."""
    wanted = {"advert": gang.adverts, "payment": gang.payments, "device": gang.devices}[scene]
    seen = [one for one in wanted if one in gang.seen[code]] or [gang.phones[0]]
    chosen = draft.rng.sample(seen, min(len(seen), draft.rng.randint(1, 3)))
    if draft.rng.random() < 0.4:
        chosen.append(draft.rng.choice([one for one in gang.seen[code] if one.kind == "phone/1"]))
    _file(draft, gang, code, chosen, "agent" if scene != "device" else "actor")


def _victim(draft: Draft, gang: Gang, code: str) -> None:
    """A customer in the gang's hands; some of them one lender stopped and another one meets."""
    if gang.victims and draft.rng.random() < _WALKS_ON:
        victim = draft.rng.choice(gang.victims)
    else:
        victim = [draft.mint.phone()] + ([draft.mint.cnid()] if draft.rng.random() < 0.5 else [])
        gang.victims.append(victim)
    beside = [draft.rng.choice(gang.phones)] if draft.rng.random() < _NAMED_BESIDE else []
    _file(draft, gang, code, [*victim, *beside], "victim" if draft.rng.random() < _SHIELDED else "actor")


def _file(draft: Draft, gang: Gang, code: str, indicators: list[Indicator], role: str) -> None:
    draft.file(
        code,
        gang.circle,
        indicators,
        story=gang.ref,
        typology=gang.typology,
        role=role,
        proof="suspicion" if gang.is_thin else None,
        observed_at=draft.moment(gang.begins, gang.ends),
        note=words.gang_note(draft.rng, gang.typology, gang.name, role),
    )
