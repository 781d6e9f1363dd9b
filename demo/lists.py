"""Public block lists as institutions: real input that nobody here wrote, of the kinds domain and IP.

What collides must equal the set intersection after normalising. Few lists name the same host, so a review desk joins
them: it files every so many entries of each list again, spelled as people spell them.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from demo import roster
from demo.plan import Indicator, Plan, Row, expected_collisions
from demo.roster import Cast, Member, MemberCircle
from privacy.kinds import Refused, normalise

CIRCLE = "public-lists"
DESK = Member("list-desk", "fintech", "名单复核台", "List review desk", "名单复核台", "", 1, "xlsx", "DSK")


def hosts(text: str) -> Iterator[str]:
    """Names of a hosts file: `0.0.0.0 name`."""
    for line in names(text):
        yield from line.split()[1:]


def names(text: str) -> Iterator[str]:
    """One name a line; `#` begins a comment."""
    for line in text.splitlines():
        if found := line.split("#", 1)[0].strip():
            yield found


def denied(text: str) -> Iterator[str]:
    """The `deny` member of a JSON list; `allow` names good hosts and is never filed."""
    yield from json.loads(text)["deny"]


def scored(text: str) -> Iterator[str]:
    """An address and how many lists name it, a tab between them."""
    for line in names(text):
        yield line.split()[0]


@dataclass(frozen=True, slots=True)
class PublicList:
    """A file of a list, how it is read, and the institution that plays it."""

    file: str
    read: Callable[[str], Iterator[str]]
    member: Member


LISTS = (
    PublicList(
        "global-anti-scam-org.txt",
        names,
        Member("list-gaso", "fintech", "反诈组织名单", "Global Anti-Scam list", "反诈组织", "", 1, "jsonl", "GAS"),
    ),
    PublicList(
        "durablenapkin-hosts.txt",
        hosts,
        Member("list-napkin", "fintech", "欺诈主机名单", "Scam hosts list", "欺诈主机", "", 1, "csv", "NAP"),
    ),
    PublicList(
        "polkadot-phishing.json",
        denied,
        Member("list-phishing", "fintech", "钓鱼站点名单", "Phishing list", "钓鱼站点", "", 1, "jsonl", "PHI"),
    ),
    PublicList(
        "ipsum.txt",
        scored,
        Member("list-ipsum", "fintech", "可疑地址名单", "Suspicious addresses list", "可疑地址", "", 1, "csv", "IPS"),
    ),
)
_MEMBERS = (*(each.member for each in LISTS), DESK)
CAST = Cast(
    _MEMBERS,
    (MemberCircle(CIRCLE, "公开名单共享组", "Public lists circle", tuple(member.code for member in _MEMBERS)),),
    tuple(office for office in roster.OFFICES if office.code == "operator"),
)


def indicator(written: str) -> Indicator:
    """An entry of a list: an address if it is one, else a host. Raises Refused for neither."""
    try:
        return Indicator("ip/1", normalise("ip/1", written).value, written)
    except Refused:
        return Indicator("domain/1", normalise("domain/1", written).value, written)


def respelled(one: Indicator, turn: int) -> Indicator:
    """The same value as an analyst would copy it out of a browser or a log."""
    ways = (
        (one.canonical, f"::ffff:{one.canonical}")
        if one.kind == "ip/1" and ":" not in one.canonical
        else (
            f"https://{one.canonical}/login?from=sms",
            one.canonical.upper(),
            f"http://{one.canonical}:8080",
            one.canonical + ".",
        )
        if one.kind == "domain/1"
        else (one.canonical.upper(),)
    )
    return Indicator(one.kind, one.canonical, ways[turn % len(ways)])


def lists_plan(directory: Path, *, every: int, observed_at: datetime, most: int | None = None) -> tuple[Plan, int]:
    """The plan of the lists in `directory` and how many entries were no value of a kind.

    `every`: the review desk repeats one entry in so many. `most`: at most so many entries of each list.
    """
    rows: list[Row] = []
    refused = 0
    for each in LISTS:
        text = (directory / each.file).read_text(encoding="utf-8")
        for place, written in enumerate(list(each.read(text))[:most]):
            try:
                one = indicator(written)
            except Refused:
                refused += 1
                continue
            rows.append(_row(each.member, one, observed_at, len(rows)))
            if place % every == 0:
                rows.append(_row(DESK, respelled(one, place // every), observed_at, len(rows)))
    return Plan(tuple(rows), (), expected_collisions(rows, CAST.owners)), refused


def _row(member: Member, one: Indicator, observed_at: datetime, number: int) -> Row:
    return Row(
        institution=member.code,
        circle=CIRCLE,
        typology="induced_loan_fraud",
        proof="suspicion",
        role="agent",
        observed_at=observed_at,
        indicators=(one,),
        note="",
        own_reference=f"{member.short}-{number:06d}",
        story="list",
    )
