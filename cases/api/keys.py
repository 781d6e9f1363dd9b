"""Keys: the directory, and the grants of a case's key."""

from typing import Any
from uuid import UUID

from django.urls import URLPattern, path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from cases.forms.keys import grants_asked, institution_asked, refusal_asked
from cases.queries.cases import case_for
from cases.queries.keys import directory_for, is_own, recipients_for
from cases.services.grants import case_keys, cases_waiting, grant_case_key, make_case_key, refuse_grant
from cases.services.keys import publish_key, revoke_key
from kit.capabilities import Capability
from kit.errors import Invalid
from kit.http import actor_of
from privacy import encoding, hpke
from privacy.encoding import Malformed

ENDS = ("rotated", "lost", "compromised")


class PublicKeySerializer(serializers.Serializer[Any]):
    """A key of the directory."""

    reference = serializers.UUIDField(source="ref")
    fingerprint = serializers.CharField(help_text="SHA-256 of the 32 bytes, lower-case hex.")
    public = serializers.SerializerMethodField(help_text="X25519, 32 bytes in base64url.")
    name = serializers.CharField()
    institution = serializers.UUIDField(source="institution.ref")
    institution_name = serializers.CharField(source="institution")
    holder = serializers.CharField(
        source="user.name", default="", help_text="The person's name; empty for the institution's key."
    )
    own = serializers.SerializerMethodField(help_text="Your institution's key: the private half is with you.")
    published_at = serializers.DateTimeField()
    replaces = serializers.CharField(
        source="replaces.fingerprint",
        default="",
        help_text="The fingerprint of the key it takes the place of, or empty.",
    )
    revoked_at = serializers.DateTimeField(allow_null=True)
    end = serializers.ChoiceField(choices=["", *ENDS])

    def get_public(self, key: Any) -> str:
        """The 32 bytes."""
        return encoding.b64(bytes(key.public))

    def get_own(self, key: Any) -> bool:
        """As the actor of the request sees it."""
        return is_own(actor_of(self.context["request"]._request), key)


class NewPublicKeySerializer(serializers.Serializer[Any]):
    """A key of your institution to publish; you keep its private half."""

    name = serializers.CharField(max_length=60)
    public = serializers.CharField(max_length=43, help_text="X25519, 32 bytes in base64url without padding.")
    replaces = serializers.UUIDField(default=None, allow_null=True)

    def validate_public(self, value: str) -> bytes:
        """The 32 bytes."""
        try:
            return encoding.unb64(value, "public", hpke.KEY_SIZE)
        except Malformed as error:
            raise serializers.ValidationError(str(error)) from None


class KeyRevocationSerializer(serializers.Serializer[Any]):
    """Why a key ends."""

    end = serializers.ChoiceField(choices=ENDS)


class RecipientSerializer(serializers.Serializer[Any]):
    """A live key that something is sealed to."""

    key = serializers.UUIDField(help_text="The key's reference.")
    fingerprint = serializers.CharField()
    public = serializers.CharField(help_text="32 bytes in base64url.")
    name = serializers.CharField()
    institution = serializers.UUIDField()
    institution_name = serializers.CharField()
    holder = serializers.CharField(help_text="The person's name; empty for an institution's key.")
    own = serializers.BooleanField(help_text="You may hold its private half.")


class HeldGrantSerializer(serializers.Serializer[Any]):
    """A grant to one of your keys: HPKE of 32 bytes."""

    generation = serializers.IntegerField()
    fingerprint = serializers.CharField()
    sealed = serializers.CharField()
    check = serializers.CharField(help_text="What the opened key must hash to (docs/protocol.md, “Cases”).")


class WaitingKeySerializer(serializers.Serializer[Any]):
    """A live key of a participant that was not given a generation."""

    generation = serializers.IntegerField()
    key = serializers.UUIDField()


class CaseKeysSerializer(serializers.Serializer[Any]):
    """The case's key as it stands for your institution."""

    generation = serializers.IntegerField(help_text="The one that new evidence is encrypted under.")
    generations = serializers.ListField(child=serializers.IntegerField(), help_text="Those that exist.")
    own = HeldGrantSerializer(many=True)
    recipients = RecipientSerializer(many=True)
    waiting = WaitingKeySerializer(many=True)
    may_grant = serializers.BooleanField()


class KeyGrantSerializer(serializers.Serializer[Any]):
    """One grant."""

    key = serializers.UUIDField()
    sealed = serializers.CharField()


class KeyGrantsSerializer(serializers.Serializer[Any]):
    """Grants of one generation: `new` for the first ones, which must cover every live key of every participant."""

    new = serializers.BooleanField()
    generation = serializers.IntegerField()
    check = serializers.CharField()
    grants = KeyGrantSerializer(many=True)


class GrantRefusalSerializer(serializers.Serializer[Any]):
    """A grant to one of your keys that does not open."""

    generation = serializers.IntegerField()
    fingerprint = serializers.CharField()


class CasesWaitingSerializer(serializers.Serializer[Any]):
    """References of cases."""

    results = serializers.ListField(child=serializers.UUIDField())


class PublicKeysView(GenericAPIView[Any]):
    """The directory of public keys."""

    serializer_class = PublicKeySerializer

    @extend_schema(operation_id="public_keys_list", responses=PublicKeySerializer(many=True))
    def get(self, request: Request) -> Response:
        """Keys of your institution, of those you share a case with, of police units and issuers; past ones too."""
        found = directory_for(actor_of(request._request))
        return self.get_paginated_response(self.get_serializer(found, many=True).data)

    @extend_schema(
        operation_id="public_key_publish", request=NewPublicKeySerializer, responses={201: PublicKeySerializer}
    )
    def post(self, request: Request) -> Response:
        """Publish a key of your institution. Its people are told."""
        actor = actor_of(request._request)
        actor.require(Capability.PUBLISH_KEYS)
        asked = NewPublicKeySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response(self.get_serializer(publish_key(actor, **asked.validated_data)).data, status=201)


class RevocationView(GenericAPIView[Any]):
    """The end of a public key."""

    serializer_class = KeyRevocationSerializer

    @extend_schema(operation_id="public_key_revoke", responses={204: None})
    def post(self, request: Request, ref: UUID) -> Response:
        """Revoke a key of your institution. It never comes back, and its access to cases ends."""
        actor = actor_of(request._request)
        actor.require(Capability.PUBLISH_KEYS)
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        revoke_key(actor, ref=ref, **asked.validated_data)
        return Response(status=204)


class CasesWaitingView(GenericAPIView[Any]):
    """Where your keys wait."""

    serializer_class = CasesWaitingSerializer

    def get(self, request: Request) -> Response:
        """The cases in which a live key of your institution was not given every generation of the case's key."""
        return Response({"results": cases_waiting(actor_of(request._request))})


class RecipientsView(GenericAPIView[Any]):
    """Whom to seal to."""

    serializer_class = RecipientSerializer

    @extend_schema(
        operation_id="case_recipients",
        parameters=[OpenApiParameter("institution", str, description="Of this participant alone.")],
        responses=RecipientSerializer(many=True),
    )
    def get(self, request: Request, ref: UUID) -> Response:
        """The live keys of those who take part in the case."""
        found = recipients_for(actor_of(request._request), ref, institution_asked(request.query_params))
        return self.get_paginated_response([one.to_json() for one in found])


class CaseKeyGrantsView(GenericAPIView[Any]):
    """The key of a case."""

    serializer_class = CaseKeysSerializer

    @extend_schema(operation_id="case_key_grants")
    def get(self, request: Request, ref: UUID) -> Response:
        """Your grants, everybody's live keys, and which of them wait."""
        return Response(case_keys(actor_of(request._request), ref).to_json())

    @extend_schema(operation_id="case_key_grant", request=KeyGrantsSerializer)
    def post(self, request: Request, ref: UUID) -> Response:
        """Make a generation of the key (`new`), or give one to keys that wait. Giving is safe to repeat."""
        actor = actor_of(request._request)
        case_for(actor, ref)
        asked = grants_asked(_mapping(request.data))
        give = make_case_key if asked.pop("new") else grant_case_key
        give(actor, ref, **asked)
        return Response(case_keys(actor, ref).to_json())


class CaseKeyRefusalsView(GenericAPIView[Any]):
    """Grants that do not open."""

    serializer_class = GrantRefusalSerializer

    @extend_schema(responses=CaseKeysSerializer)
    def post(self, request: Request, ref: UUID) -> Response:
        """Report one to your own key: it is dropped and waits again."""
        actor = actor_of(request._request)
        case_for(actor, ref)
        refuse_grant(actor, ref, **refusal_asked(_mapping(request.data)))
        return Response(case_keys(actor, ref).to_json())


def _mapping(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise Invalid(code="malformed")
    return data


urlpatterns: list[URLPattern] = [
    path("public-keys", PublicKeysView.as_view(), name="public-keys"),
    path("public-keys/waiting", CasesWaitingView.as_view(), name="public-keys-waiting"),
    path("public-keys/<uuid:ref>/revocation", RevocationView.as_view(), name="public-key-revocation"),
    path("cases/<uuid:ref>/recipients", RecipientsView.as_view(), name="recipients"),
    path("cases/<uuid:ref>/key-grants", CaseKeyGrantsView.as_view(), name="case-key-grants"),
    path("cases/<uuid:ref>/key-refusals", CaseKeyRefusalsView.as_view(), name="case-key-refusals"),
]
