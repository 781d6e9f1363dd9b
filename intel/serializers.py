"""What goes in and out of the API of intel, as JSON. Serializers parse and print; they never save."""

from typing import Any

from rest_framework import serializers

from intel import triage
from intel.models import Clue, Collision, Opinion, Party, Submission
from intel.queries.queue import DUE, ORDERS
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


class StoppedSerializer(serializers.Serializer[Any]):
    """An indicator that stands on a warning list, so that it does not match."""

    kind = serializers.CharField()
    lists = serializers.ListField(child=serializers.CharField(), help_text="Each list, and whose the value is.")
    clues = serializers.IntegerField(help_text="How many clues of the submission name it.")


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
    stopped = StoppedSerializer(many=True)


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


class WhySerializer(serializers.Serializer[Any]):
    """Why a collision stands where it stands, in short."""

    kinds = serializers.SerializerMethodField(help_text="Kinds that one pair of clues of two institutions shares.")
    proof = serializers.ChoiceField(choices=Clue.Proof.values, help_text="The grade that two independent sides reach.")
    is_victim = serializers.BooleanField(help_text="Every clue calls it a potential victim's.")

    def get_kinds(self, why: Any) -> list[str]:
        """Their labels."""
        return [kind.label for kind in why.kinds]


class AssigneeSerializer(serializers.Serializer[Any]):
    """Somebody of your institution."""

    reference = serializers.UUIDField(source="ref")
    name = serializers.CharField()


class CollisionSerializer(serializers.Serializer[Any]):
    """A collision your institution is a party to. A lead, never a verdict."""

    reference = serializers.UUIDField(source="ref")
    circle = serializers.CharField(source="circle.code")
    kind = serializers.CharField(source="kind.label")
    weak = serializers.BooleanField(source="kind.weak", help_text="A weak kind never corroborates alone.")
    found_on = serializers.DateField(help_text="The day, in China, on which it was found with your clues in it.")
    state = serializers.ChoiceField(choices=Collision.State.values, help_text="Of the collision.")
    score = serializers.SerializerMethodField(help_text="0 to 100 points.")
    why = WhySerializer(allow_null=True, help_text="Null where it has not been scored yet.")
    status = serializers.ChoiceField(choices=Party.Status.values, help_text="Your own triage; nobody else sees it.")
    assignee = AssigneeSerializer(allow_null=True)
    due_on = serializers.DateField(allow_null=True, help_text="Somebody should have decided by the end of that day.")
    snoozed_until = serializers.DateTimeField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    label = serializers.CharField(help_text="What the others see you under.")  # type: ignore[assignment]  # a field of this name, not the caption
    clues = serializers.IntegerField()
    typologies = serializers.ListField(child=serializers.CharField())
    roles = serializers.ListField(child=serializers.CharField())
    first_seen_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    others = OtherPartySerializer(many=True)

    def get_score(self, row: Any) -> float:
        """Points, with the hundredths it is kept in."""
        return float(row.score) / 100


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


class GivenOpinionSerializer(serializers.Serializer[Any]):
    """What your institution thinks of a collision."""

    verdict = serializers.ChoiceField(choices=Opinion.Verdict.values)
    reason = serializers.CharField(
        max_length=500, help_text="The other parties read it. No phone, card or ID number, no institution's name."
    )


class OwnOpinionSerializer(GivenOpinionSerializer):
    """Your institution's opinion."""

    given_on = serializers.DateField()
    counts = serializers.BooleanField(help_text="A confirmation counts only from who filed before the disclosure.")


class OtherOpinionSerializer(OwnOpinionSerializer):
    """Another party's."""

    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name, not the caption


class OpinionsSerializer(serializers.Serializer[Any]):
    """What the parties think of a collision."""

    own = OwnOpinionSerializer(allow_null=True)
    others = OtherOpinionSerializer(many=True)


class CollisionDetailSerializer(CollisionSerializer):
    """A collision with your own clues in it, newest first, at most 200."""

    own_clues = OwnClueSerializer(many=True)
    opinions = OpinionsSerializer()


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
    """Which collisions, in which order."""

    kind = serializers.ChoiceField(choices=list(KINDS), default="", allow_blank=True)
    circle = serializers.CharField(default="", allow_blank=True)
    typology = serializers.ChoiceField(choices=list(TYPOLOGIES), default="", allow_blank=True)
    since = serializers.DateField(default=None, allow_null=True, help_text="Found on that day or later.")
    status = serializers.ChoiceField(choices=Party.Status.values, default="", allow_blank=True)
    state = serializers.ChoiceField(choices=Collision.State.values, default="", allow_blank=True)
    least = serializers.IntegerField(default=0, min_value=0, max_value=100, help_text="Points of the score.")
    assigned = serializers.CharField(
        default="", allow_blank=True, max_length=36, help_text="nobody, or the reference of a person of yours."
    )
    due = serializers.ChoiceField(
        choices=DUE, default="", allow_blank=True, help_text="Keeps what still waits for a decision."
    )
    order = serializers.ChoiceField(
        choices=ORDERS, default="newest", help_text="due keeps what still waits for a decision, first due first."
    )


class TriageSerializer(serializers.Serializer[Any]):
    """One act with collisions of your queue."""

    references = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=200)
    act = serializers.ChoiceField(choices=list(triage.ACTS))
    reason = serializers.ChoiceField(
        choices=list(triage.REASONS), default="", allow_blank=True, help_text="Of a rejection."
    )
    note = serializers.CharField(
        default="", allow_blank=True, max_length=400, help_text="Of a rejection. No number of a phone, card or ID."
    )
    until = serializers.DateField(default=None, allow_null=True, help_text="The day on which a snoozed one is back.")
    assignee = serializers.UUIDField(default=None, allow_null=True, help_text="A person of yours; null for nobody.")


class OutcomeSerializer(serializers.Serializer[Any]):
    """What became of it. What is not yours and what is not there are counted alike."""

    changed = serializers.ListField(child=serializers.UUIDField())
    unchanged = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="By reason: already (it was so), decided (reopen it first), absent (not, or no longer, yours).",
    )


class SubmissionPageSerializer(serializers.Serializer[Any]):
    """A page of submissions."""

    results = SubmissionSerializer(many=True, source="rows")
    next_cursor = serializers.CharField(help_text="Empty on the last page.")


class CollisionPageSerializer(serializers.Serializer[Any]):
    """A page of collisions in the order asked for."""

    results = CollisionSerializer(many=True, source="rows")
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
