"""Saying something in a case, and to somebody in it."""

from collections import defaultdict
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_noop as _

from cases.mentions import Person, SeveralOfThatName, mentioned
from cases.models import Comment
from cases.queries.cases import case_to_change
from cases.queries.people import people_in
from cases.rights import Right
from cases.sealing import seal
from cases.services.telling import happened
from cases.words import LONGEST_COMMENT, checked_words
from kit.actor import Actor
from kit.errors import Invalid
from members.queries.people import PersonName
from notices.services.events import NewEvent, publish

WHICH = _("Several people of this case are called %(name)s. Write the institution behind: @%(name)s (%(of)s).")


def add_comment(actor: Actor, *, case: UUID, body: str) -> Comment:
    """Say something to all who take part. Whom it names behind an `@` is told in person.

    Raises NotFound, Forbidden; Conflict in a closed case; Invalid for no text, a long one, one with an indicator, or a
    name that several people of the case have.
    """
    said = checked_words(body, "body", LONGEST_COMMENT)
    with transaction.atomic():
        row = case_to_change(actor, case, Right.CONTRIBUTE)
        people = {person.pk: person for person in people_in(row)}
        named = [people[key] for key in sorted(_named(said, list(people.values())))]
        ref = uuid4()
        comment = Comment.objects.create(
            ref=ref,
            case=row,
            institution_id=actor.own_institution(),
            author_id=actor.user,
            body=seal(said, "comment/body", ref),
        )
        comment.mentioned.set([person.pk for person in named])
        happened(actor, row, "case.commented", ref, mentions=len(named))
        publish(_told(row.ref, [person for person in named if person.pk != actor.user]))
    return comment


def _named(said: str, people: list[PersonName]) -> frozenset[int]:
    known = [Person(one.pk, one.name, (one.of.name_zh, one.of.name_en)) for one in people]
    try:
        return mentioned(said, known)
    except SeveralOfThatName as several:
        of = next(str(one.of) for one in people if one.name == several.name)
        message = translated(WHICH) % {"name": several.name, "of": of}
        raise Invalid(message, errors={"body": [message]}) from None


def _told(case: UUID, people: list[PersonName]) -> list[NewEvent]:
    by_institution: dict[int, list[int]] = defaultdict(list)
    for person in people:
        by_institution[person.institution].append(person.pk)
    return [
        NewEvent(institution, "case.mentioned", case, persons=persons)
        for institution, persons in sorted(by_institution.items())
    ]
