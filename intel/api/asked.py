"""Reading what an API request asks for."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request


def query(of: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The query string's parameters as the serializer reads them. Raises ValidationError."""
    given = of(data=request.query_params)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)
