"""Which police unit a case goes to, and why. Pure: places and offices in, an order and its reasons out.

Sources, per counsel: 公通字〔2017〕25号 article 8 and the Criminal Procedure Law article 25 (the place of the crime,
which is that of the act or of the result; the suspect's residence where that is more suitable); the procedure rules of
the police article 24 (a county unit takes what happened in its county; a city unit and above what is serious, or spans
several counties).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cases.regions import lies_in, stem

WEIGHT = {"act": 3, "result": 2, "suspect": 1}
"""How much a tie says; the names are those of `Place.Tie`."""
LEVELS = {6: "county", 4: "city", 2: "province"}


@dataclass(frozen=True, slots=True)
class Office:
    """A unit of the directory: its level, and the regions it takes cases of, each for these typologies or for all."""

    key: int
    level: str
    regions: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Match:
    """A unit with jurisdiction: each (tie, place, region of the unit) that gives it, and what else speaks for it."""

    key: int
    ties: Sequence[tuple[str, str, str]]
    names_typology: bool
    fits_level: bool

    @property
    def order(self) -> tuple[int, bool, bool, int, int]:
        """The better one is greater: the strongest tie, the level, the typology, how many ties, how near."""
        strongest = max(WEIGHT[tie] for tie, _place, _region in self.ties)
        nearest = max(len(stem(region)) for _tie, _place, region in self.ties)
        return strongest, self.fits_level, self.names_typology, len(self.ties), nearest


def level_for(places: Sequence[tuple[str, str]]) -> str:
    """The level whose units reach all places of the crime: county, city or province; empty if no single one does.

    `places` are (tie, region). Where no place of act or result is known, the suspect's residence counts.
    """
    crime = [region for tie, region in places if tie != "suspect"] or [region for _tie, region in places]
    stems = [stem(region) for region in crime]
    for digits, level in LEVELS.items():
        if stems and all(len(one) >= digits for one in stems) and len({one[:digits] for one in stems}) == 1:
            return level
    return ""


def ranked(places: Sequence[tuple[str, str]], typology: str, offices: Sequence[Office]) -> list[Match]:
    """The offices with jurisdiction over a case of this typology at these (tie, region) places, the best first."""
    wanted = level_for(places)
    found = [match for office in offices if (match := _match(places, typology, office, wanted))]
    return sorted(found, key=lambda match: match.order, reverse=True)


def _match(places: Sequence[tuple[str, str]], typology: str, office: Office, wanted: str) -> Match | None:
    takes = [(region, named) for region, named in office.regions if not named or typology in named]
    ties = []
    for tie, place in places:
        # The narrowest region of the unit that holds the place is the reason that says most.
        reaching = sorted(
            (region for region, _named in takes if lies_in(place, region)), key=lambda one: -len(stem(one))
        )
        if reaching:
            ties.append((tie, place, reaching[0]))
    if not ties:
        return None
    ties.sort(key=lambda one: -WEIGHT[one[0]])
    return Match(office.key, ties, any(typology in named for _region, named in takes), office.level == wanted)
