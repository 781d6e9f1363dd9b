"""The demo's joint case, worked on as any: two banks open their names, one leads, the other joins, the police come in.

Each act goes through the door that its person would use. Keys and evidence go through the members' own clients; the
officer's key is made on what stands for the officer's machine, whose recovery file a browser can read.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from cases.models import Case
from cases.services.comments import add_comment
from cases.services.customers import NewCustomer, mark_customers, track_redress
from cases.services.invitations import accept_invitation, invite_member, invite_police
from cases.services.keys import publish_key
from cases.services.opening import add_place, open_case
from cases.services.requests import request_evidence
from cases.services.status import set_status
from cases.services.to_do import add_task
from custody.daemon.state import write_private
from demo import world
from demo.clients import MemberClient
from demo.places import Places
from demo.roster import DEMO
from intel.models import Party
from intel.queries.handshakes import handshakes_for
from intel.services.handshakes import offer_handshake
from kit.actor import Actor
from members.models import Institution
from members.roles import Role
from privacy import hpke, recovery

Say = Callable[[str], None]
LEADS, JOINS, UNIT = "jianglan-bank", "shuochuan-bank", "police"
MOST_COLLISIONS = 4
INSTRUMENT, NOTICE = "澜公（经）调证字〔2026〕0042号", "澜公（经）调取字〔2026〕0043号"
RECEIPT = "澜公（经）受案字〔2026〕0107号"
REGION = "339902"
CHAT = """2026-10-03 19:12 中介：全额退保包在我身上，手续费三成，先付一千。
2026-10-03 19:15 客户：要我做什么？
2026-10-03 19:17 中介：照这封信抄一遍寄给监管，别接银行的电话，都转给我。
2026-10-05 09:40 客户：银行问我为什么投诉，我不知道怎么说。
2026-10-05 09:41 中介：什么都别说。
"""
LETTER = "投诉信模板\n\n本人因贵行违规催收，身心受到严重伤害，要求退还全部息费……（与另三封逐字相同）\n"


class NothingShared(Exception):
    """The two banks share no collision: the plan is too small for a case."""


@dataclass(frozen=True, slots=True)
class People:
    """Who acts in the demo's case."""

    analyst: Actor
    lead: Actor
    other_analyst: Actor
    other_lead: Actor
    officer: Actor

    @classmethod
    def of_demo(cls) -> "People":
        """Those of the demo's cast."""
        return cls(
            analyst=world.person(DEMO, LEADS, Role.ANALYST),
            lead=world.person(DEMO, LEADS, Role.LEAD),
            other_analyst=world.person(DEMO, JOINS, Role.ANALYST),
            other_lead=world.person(DEMO, JOINS, Role.LEAD),
            officer=world.person(DEMO, UNIT, Role.POLICE_OFFICER),
        )


def work_on_case(places: Places, say: Say) -> None:
    """Make the demo's case, once: keys first, so that each participant can open the evidence.

    Raises ClientFailed, NothingShared.
    """
    if Case.objects.exists():
        return
    people = People.of_demo()
    shared = _shared(people)
    for code in (LEADS, JOINS):
        _make_key(code, places)
    _make_officers_key(people.officer, places)
    case = _open(people, shared)
    _evidence(case, places)
    _police(people, case)
    MemberClient.of(LEADS, places).answer("keys", "give", str(case), "--yes")
    _work(people, case)
    say(f"  a joint case of {LEADS} and {JOINS} on {len(shared)} collisions, with the police of Lancheng")


def _shared(people: People) -> list[UUID]:
    """References of the strongest open collisions that the two banks alone are parties to."""
    mine, theirs = people.lead.own_institution(), people.other_lead.own_institution()
    ours = Party.objects.filter(institution_id=mine, state="open").order_by("-score", "pk")
    found = []
    for party in ours.select_related("collision")[:2000]:
        if {one.institution_id for one in party.collision.parties.all()} == {mine, theirs}:
            found.append(party.collision.ref)
        if len(found) == MOST_COLLISIONS:
            break
    if not found:
        raise NothingShared("The two banks of the demo's case share no collision; load more clues.")
    return found


def _open(people: People, shared: list[UUID]) -> UUID:
    first = shared[0]
    label, own_label = (handshakes_for(one, first)[0].label for one in (people.lead, people.other_lead))
    offer_handshake(people.lead, collision=first, label=label)
    offer_handshake(people.other_lead, collision=first, label=own_label)
    case = open_case(
        people.analyst,
        title="“全额退保”代理维权团伙",
        summary="两家银行的客户由同一中介代写投诉、冒名来电；中介收取三成手续费。",
        typology="illegal_complaint_agency",
        collisions=shared,
    )
    add_place(people.analyst, case=case.ref, tie="act", region=REGION)
    invited = invite_member(
        people.lead, case=case.ref, collision=first, label=label, part="disclose", message="请一并梳理受害客户与证据。"
    )
    accept_invitation(people.other_lead, ref=invited.ref)
    return case.ref


def _police(people: People, case: UUID) -> None:
    today = timezone.localdate()
    invited = invite_police(
        people.lead, case=case, unit=_office(people.officer), instrument=INSTRUMENT, instrument_on=today
    )
    accept_invitation(people.officer, ref=invited.ref)
    set_status(people.officer, case, status="accepted", on=today, document=RECEIPT)
    set_status(people.officer, case, status="reviewing", on=today, document=RECEIPT)
    request_evidence(
        people.officer,
        case,
        to=_office(people.other_lead),
        document=NOTICE,
        dated_on=today,
        items="该中介收取手续费的转账记录，及客户确认书。",
        due_on=today + timedelta(days=10),
    )


def _work(people: People, case: UUID) -> None:
    today = timezone.localdate()
    customers = [NewCustomer("TS-2026-1181", Decimal(1800)), NewCustomer("TS-2026-1204", Decimal(2400))]
    marked = mark_customers(people.analyst, case=case, customers=customers)
    track_redress(
        people.analyst,
        ref=marked[0].ref,
        redress="offered",
        fee_lost=Decimal(1800),
        fee_refunded=Decimal(600),
        interest_relief=Decimal(0),
        contacted_on=today,
    )
    mark_customers(people.other_analyst, case=case, customers=[NewCustomer("KF-88213", Decimal(960))])
    add_task(
        people.analyst,
        case=case,
        title="核对四封投诉信的共同段落",
        institution=_office(people.other_lead),
        due_on=today + timedelta(days=5),
    )
    add_comment(people.other_analyst, case=case, body="我行三位客户确认同一中介代写，正在取得书面确认。")


def _evidence(case: UUID, places: Places) -> None:
    client = MemberClient.of(LEADS, places)
    for name, text, kind, title in (
        ("chat.txt", CHAT, "chat", "中介与客户聊天记录"),
        ("letter.txt", LETTER, "letter", "投诉信模板"),
    ):
        file = places.machine(LEADS) / name
        write_private(file, text)
        said = ("--kind", kind, "--title", title, "--source", "客户提供，经办人当面导出")
        client.answer("evidence", "put", str(case), str(file), *said)


def _make_key(code: str, places: Places) -> None:
    """An institution's key, by its own client; its recovery file and passphrase lie on its machine."""
    passphrase = _passphrase(code, places)
    file = places.machine(code) / "recovery.json"
    MemberClient.of(code, places).answer(
        "keys", "make", "线索报送系统", "-o", str(file), ALLIANCE_PASSPHRASE=passphrase
    )


def _make_officers_key(officer: Actor, places: Places) -> None:
    places.make([UNIT])
    private, public = hpke.generate()
    write_private(places.machine(UNIT) / "recovery.json", recovery.write(private, _passphrase(UNIT, places)))
    publish_key(officer, public=public, name="办案电脑", is_personal=True)


def _office(actor: Actor) -> UUID:
    """The reference of the actor's institution or unit."""
    return Institution.objects.get(pk=actor.own_institution()).ref


def _passphrase(code: str, places: Places) -> str:
    passphrase = "-".join(secrets.token_hex(3) for _ in range(4))
    write_private(places.machine(code) / "recovery-passphrase", passphrase + "\n")
    return passphrase
