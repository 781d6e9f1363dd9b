"""The people of a case: whom one can mention, and give a task to."""

from cases.models import Case
from cases.queries.cases import participants_of
from kit.capabilities import Capability
from members.queries.people import PersonName, people_who_may


def people_in(case: Case) -> list[PersonName]:
    """The people of those who take part now whose roles let them see cases. The caller has fetched the case."""
    institutions = [one.institution_id for one in participants_of(case)]
    return people_who_may(institutions, Capability.VIEW_CASES)
