"""The directory of police units: who has jurisdiction where. The system operator keeps it."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from audit import services as audit
from cases.models import Jurisdiction, PoliceUnit
from cases.regions import is_region, stem
from intel.typologies import TYPOLOGIES
from kit.actor import Actor
from kit.capabilities import Capability
from kit.errors import Invalid
from members.queries.institutions import institution_for

MOST_REGIONS = 100
LONGEST_NAME = 60
LONGEST_PHONE = 40
NO_REGION = _("Give 2, 4 or 6 digits of a GB/T 2260 code.")
NO_LEVEL = _("Choose a level.")
NO_UNIT = _("This institution is no police unit.")
NO_TYPOLOGY = _("A typology of this list does not exist.")
TOO_MANY = _("A unit has 1 to 100 regions, each once.")


def enter_unit(
    actor: Actor,
    *,
    unit: UUID,
    level: str,
    region: str,
    region_name: str,
    phone: str = "",
    jurisdictions: Sequence[tuple[str, Sequence[str]]],
) -> PoliceUnit:
    """Say of which level a unit is, where it works, and which regions it takes cases of, each with its typologies.

    What the directory said of the unit before is replaced. Raises Forbidden, NotFound, and Invalid, naming the field.
    """
    actor.require(Capability.ONBOARD)
    regions = _checked(level, region, jurisdictions)
    with transaction.atomic():
        institution = institution_for(actor, unit)
        if institution.kind != institution.Kind.POLICE:
            raise Invalid(NO_UNIT, errors={"": [NO_UNIT]})
        entered, _new = PoliceUnit.objects.update_or_create(
            institution=institution,
            defaults={
                "level": level,
                "region": region.ljust(6, "0"),
                "region_name": region_name.strip()[:LONGEST_NAME],
                "phone": phone.strip()[:LONGEST_PHONE],
            },
        )
        entered.jurisdictions.all().delete()
        Jurisdiction.objects.bulk_create(
            Jurisdiction(unit=entered, region=code, typologies=list(typologies)) for code, typologies in regions.items()
        )
        audit.record(actor, "police_unit.changed", institution.ref, level=level, regions=sorted(regions))
    return entered


def _checked(level: str, region: str, jurisdictions: Sequence[tuple[str, Sequence[str]]]) -> dict[str, Sequence[str]]:
    if level not in PoliceUnit.Level.values:
        raise Invalid(NO_LEVEL, errors={"level": [NO_LEVEL]})
    if not is_region(region):
        raise Invalid(NO_REGION, errors={"region": [NO_REGION]})
    if not all(is_region(code) for code, _typologies in jurisdictions):
        raise Invalid(NO_REGION, errors={"jurisdictions": [NO_REGION]})
    if any(typology not in TYPOLOGIES for _code, typologies in jurisdictions for typology in typologies):
        raise Invalid(NO_TYPOLOGY, errors={"jurisdictions": [NO_TYPOLOGY]})
    regions = {stem(code): typologies for code, typologies in jurisdictions}
    if not 1 <= len(jurisdictions) <= MOST_REGIONS or len(regions) != len(jurisdictions):
        raise Invalid(TOO_MANY, errors={"jurisdictions": [TOO_MANY]})
    return regions
