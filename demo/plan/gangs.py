"""Gangs: a few people with phones, voices, accounts and cards, who work two to five institutions for some months."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from demo import roster
from demo.plan import words
from demo.plan.rows import Indicator, Story
from demo.plan.writing import Draft

_WALKS_ON = 0.3
"""How often a victim whom one lender stopped is walked to the next one."""
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
    seen: dict[str, list[Indicator]] = field(default_factory=dict)
    victims: list[list[Indicator]] = field(default_factory=list)


def write_gangs(draft: Draft, clues: int) -> None:
    """Write gangs until about `clues` clues are theirs, three of which one owner alone sees."""
    number = 0
    goal = len(draft.rows) + clues
    while len(draft.rows) < goal:
        number += 1
        if number in {4, 9, 14}:
            _write(draft, _sisters(draft, number), "sisters")
        else:
            circle = draft.rng.choices((roster.CREDIT, roster.AGENCY), (68, 32))[0]
            span = draft.rng.choices((2, 3, 4, 5), (45, 30, 15, 10))[0]
            _write(draft, _gang(draft, number, circle, draft.members_of(circle, span)), "gang")


def _sisters(draft: Draft, number: int) -> Gang:
    """A gang that only two institutions of one owner see: it must never collide."""
    circle = draft.rng.choice((roster.CREDIT, roster.AGENCY))
    return _gang(draft, number, circle, ["jianglan-bank", "jianglan-cf"])


def _gang(draft: Draft, number: int, circle: str, institutions: list[str]) -> Gang:
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
        phones=[mint.phone() for _ in range(rng.randint(3, 8))],
        voices=[{library: mint.voice(library) for library in libraries} for _ in range(rng.randint(1, 3))],
        adverts=adverts,
        payments=payments,
        devices=devices,
    )
    tools = [*gang.phones[1:], *gang.adverts, *gang.payments, *gang.devices]
    for code in institutions:
        # An institution meets a part of the gang; all of them meet the lead phone.
        gang.seen[code] = [gang.phones[0], *(tool for tool in tools if rng.random() < 0.6)]
    return gang


def _write(draft: Draft, gang: Gang, shape: str) -> None:
    lead = gang.phones[0]
    draft.stories.append(Story(gang.ref, shape, gang.circle, tuple(sorted(gang.institutions)), gang.typology, lead))
    for code in gang.institutions:
        _call(draft, gang, code, [lead])
    for _ in range(int(draft.rng.lognormvariate(3.7, 0.55))):
        code = draft.rng.choice(gang.institutions)
        scene = draft.rng.choices(_SCENES, _SCENE_WEIGHTS)[0]
        if scene == "call":
            phones = [one for one in gang.seen[code] if one.kind == "phone/1"]
            _call(draft, gang, code, [draft.rng.choice(phones)])
        elif scene == "victim":
            _victim(draft, gang, code)
        else:
            _tools(draft, gang, code, scene)


def _call(draft: Draft, gang: Gang, code: str, indicators: list[Indicator]) -> None:
    """Somebody of the gang calls: a phone, and mostly a voice as this institution's library names it."""
    if draft.rng.random() < 0.7:
        indicators = [*indicators, draft.rng.choice(gang.voices)[roster.BY_CODE[code].library]]
    role = draft.rng.choices(("agent", "actor"), (78, 22))[0]
    _file(draft, gang, code, indicators, role)


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
    _file(draft, gang, code, victim, "victim")


def _file(draft: Draft, gang: Gang, code: str, indicators: list[Indicator], role: str) -> None:
    draft.file(
        code,
        gang.circle,
        indicators,
        story=gang.ref,
        typology=gang.typology,
        role=role,
        observed_at=draft.moment(gang.begins, gang.ends),
        note=words.gang_note(draft.rng, gang.typology, gang.name, role),
    )
