"""Who may do what there. Victims: represented customers, what is made good to them, and their complaints."""

from cases.services.customers import NewCustomer, mark_customers
from tests.cases import Story
from tests.cast import Cast, actor
from tests.permission_table import ANALYSTS, FULL, OF_A, OF_CASE, OFFICERS, Route, act, form, reads

READERS = ANALYSTS | OFFICERS
ROUTES: tuple[Route, ...] = (
    reads("cases:victims", READERS, "case of victims", OF_CASE),
    form("cases:customers-mark", READERS, "case of victims", OF_CASE),
    reads("cases:customers", READERS),
    form("cases:customer-detail", READERS, "customer", OF_A),
    form("cases:mark-take-back", READERS, "customer", OF_A),
    act("cases:complaint-open", READERS, "customer", OF_A),
    act("cases:complaint-answer", READERS, "customer", OF_A),
    Route("api:case-victims", {"GET": FULL, "POST": FULL}, "case of victims", OF_CASE),
    Route("api:customers", {"GET": FULL}),
    Route("api:customer", {"GET": FULL, "PUT": FULL}, "customer", OF_A),
    Route("api:mark-take-back", {"POST": FULL}, "customer", OF_A),
    Route("api:complaint", {"POST": FULL}, "customer", OF_A),
    Route("api:complaint-answer", {"POST": FULL}, "customer", OF_A),
)


def objects(cast: Cast, story: Story) -> dict[str, dict[str, object]]:
    """One object of the case, each as the arguments of its address, under the name that `Route.of` gives."""
    marked = mark_customers(actor(cast.north_analyst), case=story.case.ref, customers=[NewCustomer("CRM-1")])
    return {"case of victims": {"ref": story.case.ref}, "customer": {"ref": marked[0].ref}}
