"""Disclosures for tests: keys of the cast, a value encrypted as a client does it, and each step of the way."""

import secrets
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

import orjson
from django.utils import timezone

from cases.models import Case, Disclosure, Participant, PublicKey
from cases.services.disclosures import approve_disclosure, ask_disclosure, propose_disclosure
from cases.services.unmasking import Unmasked, unmask
from members.models import Institution, User
from privacy import hpke
from privacy.commitments import commitment
from privacy.encoding import b64, unb64
from tests.cases import INSTRUMENT, Story
from tests.cast import Cast, actor
from tests.intel import clues

CANARY = "13912345678"
"""A plain value that must stand nowhere on the platform."""
WHY = "核对本行案件"
"""What somebody says who looks at a value."""


@dataclass(frozen=True)
class Pair:
    """A key pair of somebody, its public half published."""

    private: bytes
    key: PublicKey


@dataclass
class Sealing:
    """What a holder's client hands in for a value."""

    digest: bytes
    commitment: bytes
    seals: dict[UUID, bytes]
    epoch: int = clues.EPOCH
    plain: dict[str, str] = field(default_factory=dict)


def publish(institution: Institution, user: User | None = None) -> Pair:
    """A new key of the institution or of one of its people, as publishing makes it."""
    private, public = hpke.generate()
    key = PublicKey.objects.create(
        institution=institution,
        user=user,
        name="Test",
        public=public,
        fingerprint=hpke.fingerprint(public),
        published_by="test",
    )
    return Pair(private, key)


def day(days: int = 30) -> date:
    """That many days from today in the alliance's zone."""
    return timezone.localdate(timezone=timezone.get_default_timezone()) + timedelta(days=days)


def part_of(case: Case, institution: Institution) -> Participant:
    """The institution's live part."""
    return Participant.objects.get(case=case, institution=institution, left_at=None)


def ask(story: Story, asker: User, holder: Institution, **fields: object) -> Disclosure:
    """Asked as the asker's kind does it, for thirty days, unless told otherwise."""
    is_police = asker.institution is not None and asker.institution.kind == "police"
    asked = {
        "case": story.case.ref,
        "item": story.item.ref,
        "holder": part_of(story.case, holder).ref,
        "basis": "instrument" if is_police else "duty",
        "reference": INSTRUMENT if is_police else "反电诈法第26条",
        "purpose": "核对同一中介的联系电话",
        "until": day(),
    }
    return ask_disclosure(actor(asker), **{**asked, **fields})  # type: ignore[arg-type]


def sealed(one: Disclosure, *pairs: Pair, value: str = "shared") -> Sealing:
    """The value, encrypted to these keys as privacy.hpke does it; its digest is that of `clues.digest(value)`."""
    salt = secrets.token_bytes(32)
    plain = {"kind": "phone/1", "value": value, "salt": b64(salt)}
    return Sealing(
        digest=unb64(clues.digest(value), "digest", 32),
        commitment=commitment(str(one.ref), "phone/1", value, salt),
        seals={
            pair.key.ref: hpke.seal_to(
                bytes(pair.key.public), orjson.dumps(plain), place="disclosure", ref=str(one.ref)
            )
            for pair in pairs
        },
        plain=plain,
    )


def propose(story: Story, one: Disclosure, proposer: User, *pairs: Pair, **fields: object) -> Sealing:
    """Handed in by the proposer."""
    made = sealed(one, *pairs, value=str(fields.pop("value", "shared")))
    handed = {"digest": made.digest, "epoch": made.epoch, "commitment": made.commitment, "seals": made.seals}
    propose_disclosure(actor(proposer), case=story.case.ref, ref=one.ref, **{**handed, **fields})  # type: ignore[arg-type]
    return made


def given(cast: Cast, story: Story, *, value: str = "shared") -> tuple[Disclosure, Pair]:
    """South asked North, Nora proposed, Nils approved: the disclosure and South's key."""
    pair = publish(cast.south)
    one = ask(story, cast.south_analyst, cast.north)
    propose(story, one, cast.north_analyst, pair, value=value)
    approve_disclosure(actor(cast.north_lead), case=story.case.ref, ref=one.ref)
    return Disclosure.objects.get(pk=one.pk), pair


def look(story: Story, who: User, one: Disclosure, pair: Pair) -> Unmasked:
    """The person has what was sealed to this key shown."""
    return unmask(actor(who), case=story.case.ref, ref=one.ref, fingerprint=pair.key.fingerprint, reason=WHY)
