"""What goes in and out of the API of intel, as JSON. Serializers parse and print; they never save."""

from typing import Any

from rest_framework import serializers

from intel.models import Clue, Submission
from intel.typologies import TYPOLOGIES
from kit.paging import MAX_LIMIT
from privacy.kinds import KINDS


class ClueDigestSerializer(serializers.Serializer[Any]):
    """One digest of a clue."""

    kind = serializers.ChoiceField(choices=list(KINDS))
    digest = serializers.CharField(min_length=43, max_length=43, help_text="32 bytes, base64url without padding.")
    library = serializers.CharField(required=False, help_text="Of a voice only: vendor:library:engine-version.")


class ClueSerializer(serializers.Serializer[Any]):
    """One line of a submission's body."""

    circle = serializers.SlugField(help_text="The code of one of your circles.")
    typology = serializers.ChoiceField(choices=list(TYPOLOGIES))
    proof = serializers.ChoiceField(choices=Clue.Proof.values)
    observed_at = serializers.DateTimeField(help_text="RFC 3339 with an offset, within the last 5 years.")
    role = serializers.ChoiceField(choices=Clue.Role.values)
    digests = serializers.ListField(child=ClueDigestSerializer(), min_length=1, max_length=20)
    note = serializers.CharField(required=False, max_length=2000, help_text="Encrypted at rest, never shared.")
    own_reference = serializers.CharField(required=False, max_length=64, help_text="Opaque; seen by you only.")


class OtherLibrarySerializer(serializers.Serializer[Any]):
    """A voice library that only others use."""

    library = serializers.CharField()
    members = serializers.CharField(
        help_text='How many other members: digits, "<3", or "-" where membership is confidential.'
    )


class VoiceNoticeSerializer(serializers.Serializer[Any]):
    """In this circle some members report voices that cannot be compared with yours."""

    circle = serializers.CharField()
    libraries = serializers.ListField(child=serializers.CharField(), help_text="Yours.")
    not_comparable = OtherLibrarySerializer(many=True)


class ReceiptSerializer(serializers.Serializer[Any]):
    """What was accepted; the same for every repetition of the request."""

    reference = serializers.UUIDField()
    status = serializers.CharField(default="matching")
    accepted = serializers.IntegerField()
    rejected = serializers.IntegerField()
    digests = serializers.IntegerField()
    waiting = serializers.IntegerField(
        help_text="Clues that wait for a second person of your institution, or in band D for the operator."
    )
    received_at = serializers.DateTimeField()
    repeats = serializers.UUIDField(
        allow_null=True, help_text="The earlier submission of the same content: nothing new was stored."
    )
    voices = VoiceNoticeSerializer(many=True)


class SubmissionSerializer(serializers.Serializer[Any]):
    """A submission of your institution."""

    reference = serializers.UUIDField(source="ref")
    status = serializers.ChoiceField(choices=Submission.Status.values)
    channel = serializers.ChoiceField(choices=Submission.Channel.values)
    filename = serializers.CharField()
    accepted = serializers.IntegerField()
    rejected = serializers.IntegerField()
    digests = serializers.IntegerField()
    waiting = serializers.IntegerField(
        help_text="Clues that wait for a second person of your institution, or in band D for the operator."
    )
    collisions = serializers.IntegerField(
        allow_null=True,
        help_text="Its digests that others held too, when it was matched; null where a circle of it shows you none.",
    )
    received_at = serializers.DateTimeField()
    matched_at = serializers.DateTimeField(allow_null=True)
    repeats = serializers.UUIDField(allow_null=True)
    voices = VoiceNoticeSerializer(many=True)


class RowErrorSerializer(serializers.Serializer[Any]):
    """Why a row was refused."""

    row = serializers.IntegerField(help_text="Line of the body, from 1.")
    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class NameSerializer(serializers.Serializer[Any]):
    """An institution's name in both languages."""

    zh = serializers.CharField()
    en = serializers.CharField()


class OtherPartySerializer(serializers.Serializer[Any]):
    """Another institution, as much of it as you may see."""

    label = serializers.CharField(help_text='"A": to be shown as Institution A. Drawn afresh for each collision.')  # type: ignore[assignment]  # a field of this name, not the caption
    clues = serializers.CharField(help_text='Digits, or "<3".')
    typologies = serializers.ListField(child=serializers.CharField())
    roles = serializers.ListField(child=serializers.CharField())
    first_month = serializers.CharField(help_text="2026-05")
    last_month = serializers.CharField()
    name = NameSerializer(allow_null=True, help_text="Only once a handshake has opened it to you, in this collision.")


class CollisionSerializer(serializers.Serializer[Any]):
    """A collision your institution is a party to. A lead, never a verdict."""

    reference = serializers.UUIDField(source="ref")
    circle = serializers.CharField(source="circle.code")
    kind = serializers.CharField(source="kind.label")
    weak = serializers.BooleanField(source="kind.weak", help_text="A weak kind never corroborates alone.")
    joined_at = serializers.DateTimeField()
    label = serializers.CharField(help_text="What the others see you under.")  # type: ignore[assignment]  # a field of this name, not the caption
    clues = serializers.IntegerField()
    typologies = serializers.ListField(child=serializers.CharField())
    roles = serializers.ListField(child=serializers.CharField())
    first_seen_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    others = OtherPartySerializer(many=True)


class OwnClueSerializer(serializers.Serializer[Any]):
    """One of your own clues in a collision."""

    reference = serializers.UUIDField(source="ref")
    submission = serializers.UUIDField()
    row = serializers.IntegerField(help_text="Its line in the submission, from 1.")
    typology = serializers.CharField()
    proof = serializers.CharField()
    role = serializers.CharField()
    observed_at = serializers.DateTimeField()
    filed_at = serializers.DateTimeField()
    own_reference = serializers.CharField()
    state = serializers.ChoiceField(choices=Clue.State.values)
    standing = serializers.CharField(
        help_text="Its state; for a filed one: in_case, disputed, corroborated, over_common, warned, single or closed."
    )


class CollisionDetailSerializer(CollisionSerializer):
    """A collision with your own clues in it, newest first, at most 200."""

    own_clues = OwnClueSerializer(many=True)


class FilingQuery(serializers.Serializer[Any]):
    """What the address of an upload says."""

    epoch = serializers.IntegerField(min_value=1, help_text="The key epoch of the digests.")


class PageQuery(serializers.Serializer[Any]):
    """Which page of a list."""

    cursor = serializers.CharField(default="", allow_blank=True)
    limit = serializers.IntegerField(default=50, min_value=1, max_value=MAX_LIMIT)


class SubmissionsQuery(PageQuery):
    """Which submissions."""

    status = serializers.ChoiceField(choices=Submission.Status.values, default="", allow_blank=True)


class CollisionsQuery(PageQuery):
    """Which collisions."""

    kind = serializers.ChoiceField(choices=list(KINDS), default="", allow_blank=True)
    circle = serializers.CharField(default="", allow_blank=True)
    typology = serializers.ChoiceField(choices=list(TYPOLOGIES), default="", allow_blank=True)
    since = serializers.DateTimeField(default=None, allow_null=True, help_text="Joined at that time or later.")


class SubmissionPageSerializer(serializers.Serializer[Any]):
    """A page of submissions."""

    submissions = SubmissionSerializer(many=True, source="rows")
    next_cursor = serializers.CharField(help_text="Empty on the last page.")


class CollisionPageSerializer(serializers.Serializer[Any]):
    """A page of collisions, newest first."""

    collisions = CollisionSerializer(many=True, source="rows")
    next_cursor = serializers.CharField(help_text="Empty on the last page.")


class KindSerializer(serializers.Serializer[Any]):
    """A type of indicator. Its label is hashed with the value and never changes its meaning."""

    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name, not the caption
    name_en = serializers.CharField()
    name_zh = serializers.CharField()
    weak = serializers.BooleanField()
    public = serializers.BooleanField()
    example = serializers.CharField()


class TypologySerializer(serializers.Serializer[Any]):
    """A way of working that a clue may name."""

    code = serializers.CharField()
    name_en = serializers.CharField()
    name_zh = serializers.CharField()
