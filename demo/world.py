"""The cast's institutions, circles and people, made through the services that the portal uses.

A fresh platform has nobody, so one small system actor onboards the operator and appoints its three separate people;
from there on everybody acts as themselves: the system operator onboards, each member's admin invites and issues.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from cases.queries.routing import units
from cases.services.units import enter_unit
from custody.daemon.state import write_private
from demo import roster
from demo.people import SignIn, enrol, name_of
from demo.places import Places
from demo.roster import Cast, Member, Office
from kit.actor import Actor
from kit.capabilities import Capability
from members.actors import actor_of_user, system_actor
from members.models import Circle, Institution, User
from members.roles import Role, Scope
from members.services.circles import create_circle, join_circle, register_voice_library
from members.services.credentials import create_credential
from members.services.institutions import onboard_institution
from members.services.invitations import admit, invite_user

_CREDENTIAL_DAYS = 365


@dataclass(slots=True)
class World:
    """What was made: who signs in how, and each institution's bearer token by its code."""

    sign_ins: list[SignIn] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    people: int = 0

    def name(self) -> str:
        """The next invented person."""
        self.people += 1
        return name_of(self.people)


def is_built(cast: Cast) -> bool:
    """True once the cast's circles are there; the world is made in one transaction, so then all of it is."""
    codes = [circle.code for circle in cast.circles]
    return Circle.objects.filter(code__in=codes).count() == len(codes)


def build(cast: Cast, places: Places) -> list[SignIn]:
    """Make everybody, and leave each institution's credential on its own machine. Returns the sign-ins made.

    One transaction; the files are written before it commits, so that no secret that was shown once is lost.
    """
    world = World()
    world.people = User.objects.count()
    places.make([member.code for member in cast.members])
    with transaction.atomic():
        operator = _operator(world, cast)
        refs = {office.code: _office(world, operator, office) for office in cast.offices if office.kind != "operator"}
        _enter_stations(operator, [office for office in cast.offices if office.station])
        refs |= {member.code: _member(world, operator, member) for member in cast.members}
        for circle in cast.circles:
            ref = create_circle(operator, code=circle.code, name_zh=circle.name_zh, name_en=circle.name_en).ref
            for code in circle.members:
                join_circle(operator, ref, institution=refs[code])
            libraries = {member.library for member in cast.members if member.library and member.code in circle.members}
            for library in sorted(libraries):
                register_voice_library(operator, ref, name=library)
        for code, token in world.tokens.items():
            write_private(places.credential(code), token + "\n")
        _write_logins(places, world.sign_ins)
    return world.sign_ins


def complete(cast: Cast, places: Places) -> list[SignIn]:
    """Make the offices that a world built before them does not have. Returns the sign-ins it made."""
    world = World()
    world.people = User.objects.count()
    with transaction.atomic():
        there = set(Institution.objects.values_list("name_en", flat=True))
        operator = _operator(world, cast)
        for office in cast.offices:
            if office.name_en not in there:
                _office(world, operator, office)
        _enter_stations(operator, [office for office in cast.offices if office.station])
        _write_logins(places, world.sign_ins)
    return world.sign_ins


def person(cast: Cast, code: str, role: str) -> Actor:
    """The actor of the person who holds a role at an institution. Raises User.DoesNotExist."""
    names = {member.code: member.name_en for member in cast.members}
    names |= {office.code: office.name_en for office in cast.offices}
    user = User.objects.select_related("institution").get(institution__name_en=names[code], roles=[role])
    return actor_of_user(user)


def reference(name_en: str) -> UUID:
    """The reference of an institution. Raises Institution.DoesNotExist."""
    return Institution.objects.get(name_en=name_en).ref


def _operator(world: World, cast: Cast) -> Actor:
    """The system operator; on a fresh platform the operator's three people come in first."""
    office = next(office for office in cast.offices if office.kind == "operator")
    if Institution.objects.filter(name_en=office.name_en).exists():
        return person(cast, office.code, Role.OPERATOR_SYSTEM)
    actor = system_actor("demo", Capability.ONBOARD)
    _office(world, actor, office)
    return person(cast, office.code, Role.OPERATOR_SYSTEM)


def _office(world: World, actor: Actor, office: Office) -> UUID:
    (first, mail), *others = office.roles
    invitation = onboard_institution(
        actor,
        kind=office.kind,
        name_zh=office.name_zh,
        name_en=office.name_en,
        owner="",
        admin_name=world.name(),
        admin_email=roster.mail(mail, office.code),
    )
    world.sign_ins.append(enrol(invitation, institution=office.name_zh, role=first)[1])
    institution = Institution.objects.get(name_en=office.name_en)
    for role, mail in others:
        # Nobody on the platform may appoint these; at an installation it is a command on the host, here it is this.
        invited = admit(actor, institution, email=roster.mail(mail, office.code), name=world.name(), roles=[Role(role)])
        world.sign_ins.append(enrol(invited, institution=office.name_zh, role=role)[1])
    return institution.ref


def _enter_stations(operator: Actor, offices: Sequence[Office]) -> None:
    """Say in the directory of police units where each has jurisdiction, unless it is there."""
    entered = {unit.name for unit in units(operator) if unit.level}
    for office in offices:
        if office.station and office.name_zh not in entered and office.name_en not in entered:
            station = office.station
            enter_unit(
                operator,
                unit=reference(office.name_en),
                level=station.level,
                region=station.region,
                region_name=station.region_name,
                phone=station.phone,
                jurisdictions=station.takes,
            )


def _member(world: World, operator: Actor, member: Member) -> UUID:
    invitation = onboard_institution(
        operator,
        kind=member.kind,
        name_zh=member.name_zh,
        name_en=member.name_en,
        owner=member.group,
        admin_name=world.name(),
        admin_email=roster.mail("admin", member.code),
    )
    admin, sign_in = enrol(invitation, institution=member.name_zh, role=Role.INSTITUTION_ADMIN)
    world.sign_ins.append(sign_in)
    for role, mail in roster.MEMBER_ROLES[1:]:
        invited = invite_user(admin, email=roster.mail(mail, member.code), name=world.name(), roles=[role])
        world.sign_ins.append(enrol(invited, institution=member.name_zh, role=role)[1])
    token = create_credential(admin, name="线索报送系统", scopes=list(Scope.values), days=_CREDENTIAL_DAYS).token
    world.tokens[member.code] = token
    return reference(member.name_en)


def _write_logins(places: Places, sign_ins: list[SignIn]) -> None:
    before = places.logins.read_text(encoding="utf-8") if places.logins.exists() else ""
    lines = [f"{one.role}\t{one.email}\t{one.password}\t{one.institution}\n" for one in sign_ins]
    write_private(places.logins, before + "".join(lines))
