"""What a custodian answers instead of an evaluation. The platform and the client read the code, people the detail."""

from typing import Any


class Refused(Exception):
    """A no with its HTTP status, a stable code, a sentence, and members that stand beside them in the JSON answer."""

    def __init__(self, status: int, code: str, detail: str, *, retry_after: int | None = None, **extras: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.retry_after = retry_after
        self.extras = extras

    def body(self) -> dict[str, Any]:
        """The members of the JSON answer."""
        return {"code": self.code, "detail": self.detail, **self.extras}
