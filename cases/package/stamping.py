"""RFC 3161 time-stamps: ask the configured authority, and believe it only when its answer holds.

A package without one says "integrity only": the platform's own clock is no trusted time (可信时间戳).
"""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import structlog
from cryptography import x509
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from rfc3161_client import TimestampRequestBuilder, VerificationError, VerifierBuilder, decode_timestamp_response
from rfc3161_client.base import HashAlgorithm

log = structlog.get_logger(__name__)
SECONDS = 15
GRANTED = (0, 1)
"""PKIStatus granted and grantedWithMods (RFC 3161, section 2.4.2)."""
_LONGEST = 1 << 20


def is_configured() -> bool:
    """Whether packages are to be time-stamped."""
    return bool(settings.TIMESTAMP_URL)


def stamp(message: bytes) -> bytes | None:
    """The authority's token (DER) over the SHA-256 of these bytes; None if it does not answer or what it says is wrong.

    The answer is checked here: granted, our nonce, our imprint, signed under TIMESTAMP_CERTIFICATES if they are set.
    Runs outside any transaction: it waits for another's machine for up to SECONDS.
    """
    request = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256).nonce(nonce=True)
    asked = request.cert_request(cert_request=True).build()
    try:
        answer = decode_timestamp_response(_ask(asked.as_bytes()))
        if answer.status not in GRANTED:
            raise VerificationError("the authority refuses")
        if answer.tst_info.message_imprint.message != sha256(message).digest() or answer.tst_info.nonce != asked.nonce:
            raise VerificationError("the answer is to another question")
        roots = trusted()
        if roots:
            verifier = VerifierBuilder.from_request(asked)
            for certificate in roots:
                verifier = verifier.add_root_certificate(certificate)
            verifier.build().verify_message(answer, message)
    except (URLError, TimeoutError, OSError, ValueError, VerificationError) as error:
        log.error("package.time_stamp_failed", reason=type(error).__name__)
        return None
    return bytes(answer.time_stamp_token())


def trusted() -> Sequence[x509.Certificate]:
    """The certificates that an authority's chain may end in; none is configured: the answer's signer is not traced."""
    if not settings.TIMESTAMP_CERTIFICATES:
        return ()
    try:
        return x509.load_pem_x509_certificates(Path(settings.TIMESTAMP_CERTIFICATES).read_bytes())
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured("ALLIANCE_TIMESTAMP_CERTIFICATES names no file of PEM certificates.") from error


def _ask(query: bytes) -> bytes:
    url = str(settings.TIMESTAMP_URL)
    if not url.startswith(("http://", "https://")):
        raise ImproperlyConfigured("ALLIANCE_TIMESTAMP_URL must begin with http:// or https://.")
    request = Request(url, data=query, headers={"Content-Type": "application/timestamp-query"})  # noqa: S310 (checked)
    with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
        return bytes(answer.read(_LONGEST))
