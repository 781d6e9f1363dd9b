"""The directory of police units, and which of them a case goes to."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from cases.models import Case, Invitation, Jurisdiction, Participant, Place, PoliceUnit
from cases.queries.cases import rights_on
from cases.regions import region_name, stem
from cases.rights import Right
from cases.routing import Match, Office, level_for, ranked
from intel.typologies import name_of
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Forbidden
from members.queries.acquaintances import police_units
from members.queries.institutions import institution_for


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A police unit of the directory; without a level it is not entered yet, and no case is routed to it."""

    ref: UUID
    name: str
    level: str
    level_name: str
    region: str
    region_name: str
    phone: str
    jurisdictions: Sequence[tuple[str, Sequence[str]]]

    @property
    def where(self) -> list[str]:
        """What it takes cases of, in words: a region, and the typologies if not all."""
        return [_in_words(region, typologies) for region, typologies in self.jurisdictions]


def units(actor: Actor) -> list[UnitRow]:
    """All active police units, by name: a public directory for who works on cases or onboards. Raises Forbidden."""
    if not (actor.may(Capability.VIEW_CASES) or actor.may(Capability.ONBOARD)):
        raise Forbidden
    entered = {unit.pk: unit for unit in PoliceUnit.objects.prefetch_related("jurisdictions")}
    return [_unit_row(one.ref, str(one), entered.get(one.pk)) for one in police_units()]


def unit_to_change(actor: Actor, ref: UUID) -> UnitRow:
    """One unit, for who keeps the directory. Raises NotFound for who does not, and for an institution that is none."""
    institution = institution_for(actor, ref)
    entered = PoliceUnit.objects.filter(pk=institution.pk).prefetch_related("jurisdictions").first()
    return _unit_row(institution.ref, str(institution), entered)


def _unit_row(ref: UUID, name: str, unit: PoliceUnit | None) -> UnitRow:
    if unit is None:
        return UnitRow(ref, name, "", "", "", "", "", ())
    regions = sorted((one.region, tuple(one.typologies)) for one in unit.jurisdictions.all())
    level = str(PoliceUnit.Level(unit.level).label)
    return UnitRow(ref, name, unit.level, level, unit.region, unit.region_name, unit.phone, regions)


def _in_words(region: str, typologies: Sequence[str]) -> str:
    if not typologies:
        return region_name(region)
    return _("%(region)s, for %(typologies)s") % {
        "region": region_name(region),
        "typologies": ", ".join(map(name_of, typologies)),
    }


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A unit that has jurisdiction over a case, and why; `state` says whether it takes part or is invited."""

    ref: UUID
    name: str
    level_name: str
    phone: str
    reasons: Sequence[str]
    state: str


def suggestions(actor: Actor, case: Case) -> list[Suggestion]:
    """The units with jurisdiction over a case that was fetched for the actor, the most suitable first.

    That a unit is invited is told to who may invite alone, as everywhere.
    """
    places = [(place.tie, place.region) for place in Place.objects.filter(case=case).order_by("pk")]
    active = {one.pk: one for one in police_units()}
    found = PoliceUnit.objects.filter(pk__in=active).prefetch_related("jurisdictions")
    entered = {unit.pk: unit for unit in found.order_by("region", "pk")}
    offices = [Office(unit.pk, unit.level, _regions(unit)) for unit in entered.values()]
    here = set(Participant.objects.filter(case=case, left_at=None).values_list("institution", flat=True))
    invited: set[int] = set()
    if Right.MANAGE in rights_on(actor, case):
        standing = Invitation.objects.filter(case=case, state=Invitation.State.SENT)
        invited = set(standing.values_list("institution", flat=True))
    return [
        Suggestion(
            active[match.key].ref,
            str(active[match.key]),
            str(PoliceUnit.Level(entered[match.key].level).label),
            entered[match.key].phone,
            _reasons(match, entered[match.key], places, case.typology),
            "here" if match.key in here else "invited" if match.key in invited else "",
        )
        for match in ranked(places, case.typology, offices)
    ]


def has_places(case: Case) -> bool:
    """Whether anybody said where the case touches the ground: without it nobody has jurisdiction."""
    return Place.objects.filter(case=case).exists()


def _regions(unit: PoliceUnit) -> list[tuple[str, Sequence[str]]]:
    jurisdictions: Sequence[Jurisdiction] = list(unit.jurisdictions.all())
    return [(one.region, one.typologies) for one in jurisdictions]


def _reasons(match: Match, unit: PoliceUnit, places: Sequence[tuple[str, str]], typology: str) -> list[str]:
    said = [
        _("%(tie)s %(place)s lies in its region %(region)s.")
        % {"tie": Place.Tie(tie).label, "place": region_name(place), "region": _region_of(unit, region)}
        for tie, place, region in match.ties
    ]
    if all(tie == Place.Tie.SUSPECT for tie, _place, _region in match.ties):
        said.append(_("The residence of a suspect counts where it is more suitable than the place of the crime."))
    if match.names_typology:
        said.append(_("It names %(typology)s among what it takes.") % {"typology": name_of(typology)})
    if match.fits_level:
        said.append(_why_level()[level_for(places)])
    return said


def _region_of(unit: PoliceUnit, region: str) -> str:
    """The name that the directory has for it, if it is the unit's own region."""
    return f"{unit.region_name} {unit.region}" if stem(region) == stem(unit.region) else region_name(region)


def _why_level() -> dict[str, str]:
    return {
        "county": _("The places of the crime lie in one county or district: a unit of that level takes them."),
        "city": _("The places of the crime lie in one city: a city unit reaches them all."),
        "province": _(
            "The places of the crime lie in several cities of one province: a provincial unit reaches them all."
        ),
    }
