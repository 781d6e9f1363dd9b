"""Who may do what there. Disclosures."""

from tests.cases import Story
from tests.cast import Cast
from tests.permission_table import Route

ROUTES: tuple[Route, ...] = ()


def objects(cast: Cast, story: Story) -> dict[str, dict[str, object]]:
    """One object of the case, each as the arguments of its address, under the name that `Route.of` gives."""
    return {}
