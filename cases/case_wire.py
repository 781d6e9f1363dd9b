"""Cases as JSON: what the API reads and prints of them."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from cases.queries.cases import case_for
from cases.queries.overview import case_rows, overview_of
from cases.rights import OFFERED
from cases.services.opening import LONGEST_SUMMARY, MOST_COLLISIONS
from cases.words import LONGEST_TITLE
from intel.typologies import TYPOLOGIES
from kit.actor import Actor

PARTS = ["lead", *OFFERED]


class CasesQuery(serializers.Serializer[Any]):
    """Which cases."""

    state = serializers.ChoiceField(choices=["open", "closed", "all"], default="open")
    led = serializers.ChoiceField(choices=["own", "others"], required=False, help_text="By your institution, or not.")
    typology = serializers.ChoiceField(choices=list(TYPOLOGIES), required=False)
    cursor = serializers.CharField(default="", allow_blank=True, max_length=80, help_text="`next_cursor` of before.")
    limit = serializers.IntegerField(default=50, min_value=1, max_value=200)


class CaseRowSerializer(serializers.Serializer[Any]):
    """A case of the list."""

    reference = serializers.UUIDField(source="ref")
    title = serializers.CharField()
    typology = serializers.CharField(source="typology_code")
    state = serializers.CharField()
    lead = serializers.CharField(help_text="The institution that leads it.")
    is_lead = serializers.BooleanField(help_text="That is yours.")
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    participants = serializers.IntegerField()
    police = serializers.IntegerField(help_text="How many of them are police units.")
    collisions = serializers.IntegerField()


class CasePageSerializer(serializers.Serializer[Any]):
    """Some cases, newest first."""

    cases = CaseRowSerializer(many=True, source="rows")
    next_cursor = serializers.CharField()


class ParticipantSerializer(serializers.Serializer[Any]):
    """Who takes part."""

    reference = serializers.UUIDField(source="ref")
    institution = serializers.CharField()
    institution_reference = serializers.UUIDField(source="institution_ref")
    is_police = serializers.BooleanField()
    is_lead = serializers.BooleanField()
    is_own = serializers.BooleanField()
    instrument = serializers.CharField(help_text="The legal instrument a police unit was invited under.")
    part = serializers.ChoiceField(choices=PARTS)
    joined_at = serializers.DateTimeField()


class CaseCollisionSerializer(serializers.Serializer[Any]):
    """A collision that the case stands on. `collision` names yours alone; `state` is empty once a party withdrew it."""

    reference = serializers.UUIDField(source="ref")
    collision = serializers.SerializerMethodField()
    kind = serializers.CharField(source="kind.label")
    added_by = serializers.CharField()
    added_at = serializers.DateTimeField()
    state = serializers.CharField()
    is_own = serializers.BooleanField()
    names = serializers.ListField(child=serializers.CharField(), help_text="Parties whose names are open to you here.")

    def get_collision(self, row: Any) -> str | None:
        """The collision's reference if it is yours."""
        return str(row.collision) if row.is_own else None


class RelatedCaseSerializer(serializers.Serializer[Any]):
    """A case that you may see, too, and how many values it shares with this one."""

    reference = serializers.UUIDField(source="ref")
    title = serializers.CharField()
    state = serializers.CharField()
    shared = serializers.IntegerField()
    link = serializers.CharField(help_text="offered, linked, or empty.")


class CaseSerializer(CaseRowSerializer):
    """A case with what stands in it."""

    summary = serializers.CharField()
    is_findable = serializers.BooleanField()
    close_reason = serializers.CharField()
    close_note = serializers.CharField()
    participating = ParticipantSerializer(many=True)
    items = CaseCollisionSerializer(many=True)
    places = serializers.ListField(child=serializers.DictField(), help_text="tie: act, result or suspect; region.")
    related = RelatedCaseSerializer(many=True)
    elsewhere = serializers.IntegerField(help_text="How many of your values here stand in another open case, too.")


class NewCaseSerializer(serializers.Serializer[Any]):
    """A case to open."""

    title = serializers.CharField(max_length=LONGEST_TITLE)
    summary = serializers.CharField(default="", allow_blank=True, max_length=LONGEST_SUMMARY)
    typology = serializers.ChoiceField(choices=list(TYPOLOGIES))
    collisions = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MOST_COLLISIONS)
    is_findable = serializers.BooleanField(default=True)


class MoreCollisionsSerializer(serializers.Serializer[Any]):
    """Collisions to add."""

    collisions = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MOST_COLLISIONS)


class AddedSerializer(serializers.Serializer[Any]):
    """What was added."""

    added = serializers.IntegerField(help_text="How many of them the case did not have.")


class InvitationSerializer(serializers.Serializer[Any]):
    """An invitation to your institution that waits for its lead's answer in the portal."""

    reference = serializers.UUIDField(source="ref")
    invited_by = serializers.CharField()
    typology = serializers.CharField()
    part = serializers.ChoiceField(choices=PARTS)
    invited_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


def case_json(actor: Actor, ref: UUID) -> dict[str, Any]:
    """A case as `CaseSerializer` states it. Raises Forbidden, NotFound."""
    case = case_for(actor, ref)
    found = overview_of(actor, case)
    [row] = case_rows(actor, [case])
    return {
        **CaseRowSerializer(row).data,
        "summary": found.summary,
        "is_findable": case.is_findable,
        "close_reason": case.close_reason,
        "close_note": found.close_note,
        "participating": ParticipantSerializer(found.participants, many=True).data,
        "items": CaseCollisionSerializer(found.items, many=True).data,
        "places": [{"tie": tie, "region": region} for tie, _name, region, _region, _may in found.places],
        "related": RelatedCaseSerializer(found.related.seen, many=True).data,
        "elsewhere": found.related.elsewhere,
    }
