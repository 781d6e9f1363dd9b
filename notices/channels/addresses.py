"""Where a webhook may go: never into a private network (OWASP API7, server-side request forgery).

Asked when an address is saved, with a resolved name, so that the admin learns of it at once; and again for every
message (channels/webhook.py), where the answer is bound to the connection.
"""

import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext_noop as _

from kit.errors import Invalid

LONGEST = 500
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Besides what Python calls not global: ranges through which an IPv4 address can be reached in disguise, and relics.
_CLOSED = [
    ipaddress.ip_network(block)
    for block in (
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
        "::/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/23",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
]


def check_url(url: str) -> None:
    """Raise Invalid unless messages may be sent there: https (http too on one machine), a host that resolves, and no
    address of it in a network that is not public. Resolves the name, so it stands outside of a transaction."""
    parts = _parts(url)
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        found = []
    # One answer for both: which names exist inside the platform's network is not for an institution to find out.
    if not may_connect(str(entry[4][0]) for entry in found):
        raise _refused(_("The name of this address cannot be resolved, or it lies in a network that is not public."))


def may_connect(addresses: Iterable[str]) -> bool:
    """True if there is an address and every one of them is public (or loopback, where settings let that through)."""
    found = [_plain(ipaddress.ip_address(address.partition("%")[0])) for address in addresses]
    return bool(found) and all(_is_public(one) or (settings.WEBHOOK_LOOPBACK and one.is_loopback) for one in found)


def _parts(url: str) -> SplitResult:
    schemes = {"https", "http"} if settings.MODE == "embedded" else {"https"}
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused(_("This is not an address.")) from None
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise _refused(_("This is not an address."))
    if parts.scheme not in schemes or not parts.hostname:
        raise _refused(_("The address must begin with https:// and name a host."))
    if parts.username is not None or parts.password is not None or parts.fragment or port == 0:
        raise _refused(_("The address holds no name, password or #: the signature says who sends."))
    return parts


def _plain(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_public(address: Address) -> bool:
    closed = any(address in block for block in _CLOSED if block.version == address.version)
    return address.is_global and not address.is_multicast and not closed


def _refused(why: str) -> Invalid:
    return Invalid(why, code="webhook_address", errors={"url": [why]})
