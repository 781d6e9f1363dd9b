"""The cast every test knows: who belongs to whom, and how each of them comes in.

north, south            two banks of the circle `cards`, independent of each other
harbour_bank, harbour_leasing
                        two institutions of one owner, both in `cards`: they never corroborate each other
outsider                a bank of another circle, `loans`
east, west, mid         three banks without a person, in both circles: they file nothing and make `cards` wide enough
                        to show its collisions (settings.SMALLEST_CIRCLE), `loans` once another has joined it
police, county_police   two police units, each with an officer
clinic                  a hospital, as an issuer of papers, with its clerk
regulator, operator     a regulator and the operator with its three separate roles
"""

import time
from dataclasses import dataclass
from functools import cache

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from kit.actor import Actor
from members import sessions
from members.actors import actor_of_credential, actor_of_user
from members.models import OFFICES, Circle, Credential, Institution, Membership, OwnershipGroup, User
from members.queries.users import user_of_session
from members.roles import Role, Scope
from members.services.credentials import create_credential

PASSWORD = "correct horse battery staple"
ALL_SCOPES = list(Scope.values)


@dataclass(frozen=True)
class Cast:
    """The institutions, circles and people; each person is named for institution and role."""

    cards: Circle
    loans: Circle
    north: Institution
    south: Institution
    harbour_bank: Institution
    harbour_leasing: Institution
    outsider: Institution
    east: Institution
    west: Institution
    mid: Institution
    police: Institution
    county_police: Institution
    clinic: Institution
    regulator: Institution
    operator: Institution
    north_analyst: User
    north_lead: User
    north_admin: User
    south_analyst: User
    south_lead: User
    south_admin: User
    harbour_bank_analyst: User
    harbour_leasing_analyst: User
    outsider_analyst: User
    outsider_admin: User
    police_officer: User
    county_officer: User
    clinic_clerk: User
    regulator_reader: User
    operator_system: User
    operator_security: User
    operator_audit: User


def institution(name: str, name_zh: str, *, kind: str = "bank", owner: str | None = None) -> Institution:
    """An institution; a member belongs to the ownership group named, by default one of its own."""
    is_member = kind not in OFFICES
    group = OwnershipGroup.objects.get_or_create(name=owner or f"{name} Group")[0] if is_member else None
    return Institution.objects.create(kind=kind, name_en=name, name_zh=name_zh, group=group)


def circle(code: str, name: str, name_zh: str, *institutions: Institution) -> Circle:
    """A circle of these institutions."""
    created = Circle.objects.create(code=code, name_en=name, name_zh=name_zh)
    join(created, *institutions)
    return created


def join(circle: Circle, *institutions: Institution) -> None:
    """Make the institutions members of the circle."""
    Membership.objects.bulk_create(Membership(circle=circle, institution=one) for one in institutions)


def person(of: Institution, role: str, name: str, **fields: object) -> User:
    """An enrolled person with one role, whose password is PASSWORD."""
    email = f"{name.lower().replace(' ', '.')}@{of.name_en.lower().replace(' ', '-')}.example"
    user = User(institution=of, roles=[role], name=name, email=email, enrolled_at=timezone.now(), **fields)
    user.password = _hashed()
    user.save()
    return user


@cache
def _hashed() -> str:
    return make_password(PASSWORD)


def with_password(user: User, password: str = PASSWORD) -> User:
    """The same person, able to sign in by the front door."""
    user.set_password(password)
    user.save()
    return user


def with_totp(user: User) -> User:
    """The same person with an authenticator app and recovery codes."""
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        TOTP.activate(user, generate_totp_secret())
        RecoveryCodes.activate(user)
    return user


def totp_code(user: User, at: float | None = None) -> str:
    """The code the person's app shows now, or at a Unix time."""
    seed = decrypt(Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP).data["secret"])
    return format_hotp_value(hotp_value(seed, int((at or time.time()) // 30)))


def actor(user: User) -> Actor:
    """The person as the services see them."""
    return actor_of_user(user)


def client_of(user: User, **defaults: str) -> Client:
    """A browser in which the person has just signed in with both factors."""
    client = Client(**defaults)
    client.force_login(with_totp(user), backend="members.backends.PeopleBackend")
    session = client.session
    sessions.begin(session, time.time())
    session.save()
    return client


def token_of(institution: Institution, scopes: list[str] | None = None) -> str:
    """The bearer token of a new credential of the institution, with every scope unless named."""
    admin = User.objects.filter(institution=institution, roles=[Role.INSTITUTION_ADMIN]).first()
    admin = admin or person(institution, Role.INSTITUTION_ADMIN, "Credential Admin")
    return create_credential(actor(admin), name="Test system", scopes=scopes or ALL_SCOPES, days=30).token


def api_client(token: str | None = None, **defaults: str) -> APIClient:
    """A member's system: it sends the token with every request."""
    client = APIClient(**defaults)
    if token is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def system_of(institution: Institution, scopes: list[str] | None = None) -> Actor:
    """A member's system as the services see it."""
    prefix = token_of(institution, scopes).split("_")[1]
    return actor_of_credential(Credential.objects.select_related("institution").get(prefix=prefix))


def reload(user: User) -> User:
    """The person as the next request would load them."""
    loaded = user_of_session(user.pk)
    assert loaded is not None
    return loaded


def build() -> Cast:
    """Write the whole cast into the database."""
    north = institution("North Bank", "北岸银行")
    south = institution("South Bank", "南原银行")
    harbour_bank = institution("Harbour Bank", "海港银行", owner="Harbour Group")
    harbour_leasing = institution("Harbour Leasing", "海港消费金融", kind="consumer_finance", owner="Harbour Group")
    outsider = institution("Outsider Bank", "域外银行")
    silent = (
        institution("East Bank", "东岭银行"),
        institution("West Bank", "西塘银行"),
        institution("Mid Bank", "中洲银行"),
    )
    east, west, mid = silent
    police = institution("City Police", "市公安局经侦支队", kind="police")
    county_police = institution("County Police", "县公安局经侦大队", kind="police")
    clinic = institution("City Clinic", "市第一医院", kind="issuer")
    regulator = institution("Regulator", "监管局", kind="regulator")
    operator = institution("Operator", "运营方", kind="operator")
    return Cast(
        cards=circle("cards", "Cards", "信用卡共享组", north, south, harbour_bank, harbour_leasing, *silent),
        loans=circle("loans", "Loans", "贷款共享组", outsider, *silent),
        north=north,
        south=south,
        harbour_bank=harbour_bank,
        harbour_leasing=harbour_leasing,
        outsider=outsider,
        east=east,
        west=west,
        mid=mid,
        police=police,
        county_police=county_police,
        clinic=clinic,
        regulator=regulator,
        operator=operator,
        north_analyst=person(north, Role.ANALYST, "Nora Analyst"),
        north_lead=person(north, Role.LEAD, "Nils Lead"),
        north_admin=person(north, Role.INSTITUTION_ADMIN, "Nina Admin"),
        south_analyst=person(south, Role.ANALYST, "Sam Analyst"),
        south_lead=person(south, Role.LEAD, "Siri Lead"),
        south_admin=person(south, Role.INSTITUTION_ADMIN, "Sven Admin"),
        harbour_bank_analyst=person(harbour_bank, Role.ANALYST, "Hana Analyst"),
        harbour_leasing_analyst=person(harbour_leasing, Role.ANALYST, "Hugo Analyst"),
        outsider_analyst=person(outsider, Role.ANALYST, "Otto Analyst"),
        outsider_admin=person(outsider, Role.INSTITUTION_ADMIN, "Olga Admin"),
        police_officer=person(police, Role.POLICE_OFFICER, "Pia Officer"),
        county_officer=person(county_police, Role.POLICE_OFFICER, "Per Officer"),
        clinic_clerk=person(clinic, Role.ISSUER_CLERK, "Cleo Clerk"),
        regulator_reader=person(regulator, Role.REGULATOR, "Rita Reader"),
        operator_system=person(operator, Role.OPERATOR_SYSTEM, "Sys Operator"),
        operator_security=person(operator, Role.OPERATOR_SECURITY, "Sec Operator"),
        operator_audit=person(operator, Role.OPERATOR_AUDIT, "Aud Operator"),
    )
