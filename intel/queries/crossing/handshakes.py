"""Who stands behind a label, for handshakes alone; and whose name has been opened to whom."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from intel.models import HandshakeOffer, Party
from intel.queries.crossing.labels import letters
from intel.queries.crossing.parties import parties_of
from members.queries.institutions import InstitutionName, names_of


@dataclass(frozen=True, slots=True)
class Side:
    """A party of a collision with what stands behind its label; it never leaves a service."""

    institution: int
    label: str
    joined_at: datetime


def sides_of(collision: int) -> dict[str, Side]:
    """The parties of a collision (primary key) by their labels."""
    parties = parties_of((collision,))
    return {letters(one.label): Side(one.institution_id, letters(one.label), one.joined_at) for one in parties}


@dataclass(frozen=True, slots=True)
class OpenSide:
    """A party of a collision (its key) whose name was opened to the reader, with what stands behind its label."""

    collision: int
    label: str
    institution: int
    name: InstitutionName


def opened_in(collisions: Collection[int], institution: int) -> list[OpenSide]:
    """The other parties of these collisions (by key) whose names were opened to the institution, by their names.

    The caller has established that it is a party of each. Of a party that was not opened, nothing.
    """
    parties = parties_of(tuple(collisions))
    names = open_names(parties, institution)
    sides = [
        OpenSide(one.collision_id, letters(one.label), one.institution_id, names[one.pk])
        for one in parties
        if one.pk in names
    ]
    return sorted(sides, key=lambda one: (one.name.zh, one.institution, one.collision))


def open_names(parties: Sequence[Party], institution: int) -> Mapping[object, InstitutionName]:
    """The names that were opened to the institution, by the key of the party they belong to.

    `parties` are all parties of some collisions that the institution is itself a party of. Only its own offers that
    were met are read, by their index: what others offered it has no part in the statement, its plan or its time. An
    opening counts while both have been parties ever since: one that left and came back is under a new label, and shut.
    """
    mine = {party.collision_id: party for party in parties if party.institution_id == institution}
    met = HandshakeOffer.objects.filter(
        digest__collision__in=list(mine), institution_id=institution, opened_at__isnull=False
    )
    opened = {(c, to): at for c, to, at in met.values_list("digest__collision__pk", "to_id", "opened_at")}
    shown = [
        party
        for party in parties
        if (at := opened.get((party.collision_id, party.institution_id))) is not None
        and at >= party.joined_at
        and at >= mine[party.collision_id].joined_at
    ]
    names = names_of({party.institution_id for party in shown}) if shown else {}
    return {party.pk: names[party.institution_id] for party in shown}
