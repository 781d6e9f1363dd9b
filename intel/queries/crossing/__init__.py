"""The ONLY reads of intel that cross institutions: what the platform learns by joining members' data starts here.

Two promises are kept in this one package. What matching and scoring see are keys, counts and ownership groups, no
sealed digest and no private field. What one member may see of another leaves `shown` already cut down: a label for the
name, a count that says "<3" below three, months for days. The import contracts of pyproject.toml say who may call it.
"""

from intel.queries.crossing.checking import parties_by_digest, sightings_by_digest
from intel.queries.crossing.handshakes import OpenSide, Side, opened_in, sides_of
from intel.queries.crossing.labels import letters
from intel.queries.crossing.ledger import Line, ledger
from intel.queries.crossing.matching import (
    News,
    gather_holdings,
    independent_digests,
    news_of,
    over_common_digests,
)
from intel.queries.crossing.opinions import OtherOpinion, other_opinions
from intel.queries.crossing.reviews import OtherReview, other_reviews
from intel.queries.crossing.seized import holders_of
from intel.queries.crossing.shown import (
    OtherParty,
    other_parties,
    shown_count,
    voice_libraries,
)
from intel.queries.crossing.strength import Facts, colliding_digests, strength_facts

__all__ = [
    "Facts", "Line", "News", "OpenSide", "OtherOpinion", "OtherParty", "OtherReview", "Side",
    "colliding_digests", "gather_holdings", "holders_of", "independent_digests", "ledger", "letters", "news_of",
    "opened_in", "other_opinions", "other_parties", "other_reviews", "over_common_digests",
    "parties_by_digest", "shown_count", "sides_of", "sightings_by_digest", "strength_facts",
    "voice_libraries",
]  # fmt: skip
