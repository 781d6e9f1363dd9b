"""The WSGI application that granian serves."""

import os
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alliance.settings")

_OURS = frozenset(os.environ)
_OF_A_REQUEST = frozenset(
    {
        "REQUEST_METHOD",
        "SCRIPT_NAME",
        "PATH_INFO",
        "QUERY_STRING",
        "CONTENT_TYPE",
        "CONTENT_LENGTH",
        "REMOTE_ADDR",
        "SERVER_NAME",
        "SERVER_PORT",
        "SERVER_PROTOCOL",
        "SERVER_SOFTWARE",
        "GATEWAY_INTERFACE",
    }
)
_django = get_wsgi_application()


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer a request that holds what PEP 3333 puts there and no more.

    granian lays the process's own environment under every request, the databases' passwords included. allauth keeps a
    request that waits for a proof of identity in its session, hence in the database, where no password may lie.
    """
    kept = {name: value for name, value in environ.items() if _belongs(name)}
    return _django(kept, start_response)


def _belongs(name: str) -> bool:
    return name in _OF_A_REQUEST or name.startswith("wsgi.") or (name.startswith("HTTP_") and name not in _OURS)
