"""One family of refusals. Services raise them; `kit.http` alone turns them into answers."""

from typing import Any


class Refusal(Exception):
    """A boring no: a stable `code`, an HTTP `status`, a sentence that says what to do, and extra members.

    The extras stand beside `detail` in the problem document (RFC 9457, section 3.2).
    """

    status = 400
    code = "refused"
    title = "Refused"

    def __init__(
        self,
        detail: str = "",
        *,
        code: str | None = None,
        retry_after: int | None = None,
        **extras: Any,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.code = code or type(self).code
        self.retry_after = retry_after
        self.extras = extras


class Unauthenticated(Refusal):
    """Nobody we know, or no longer."""

    status = 401
    code = "unauthenticated"
    title = "Sign in or send a valid credential"


class Forbidden(Refusal):
    """We know who asks; they may not do this kind of thing at all."""

    status = 403
    code = "forbidden"
    title = "Not allowed"


class NotFound(Refusal):
    """Absent or out of scope: the same bytes for both, so that existence does not leak."""

    status = 404
    code = "not_found"
    title = "Not found"

    def __init__(self) -> None:
        super().__init__()


class Invalid(Refusal):
    """The request is malformed or breaks a rule of the field; `errors` names fields."""

    status = 400
    code = "invalid"
    title = "The request is not valid"


class Conflict(Refusal):
    """The state does not allow it any more, or not yet."""

    status = 409
    code = "conflict"
    title = "The state does not allow this"


class Unprocessable(Refusal):
    """An idempotency key was used before with another body (IETF httpapi idempotency-key draft, section 2.6)."""

    status = 422
    code = "unprocessable"
    title = "The request contradicts an earlier one"


class TooLarge(Refusal):
    """More bytes or rows than one request may hold."""

    status = 413
    code = "too_large"
    title = "Too large"


class UnsupportedMedia(Refusal):
    """A content type or encoding this door does not read."""

    status = 415
    code = "unsupported_media_type"
    title = "This content type is not read here"


class TooMany(Refusal):
    """A quota or rate is used up; `retry_after` seconds says when to come back."""

    status = 429
    code = "too_many"
    title = "Too many"


class Unavailable(Refusal):
    """Something we depend on does not answer; nothing was changed."""

    status = 503
    code = "unavailable"
    title = "Temporarily unavailable"


class Failure(Refusal):
    """A fault of ours; the log has it whole, the answer has nothing of it."""

    status = 500
    code = "server_error"
    title = "Something failed on our side"
