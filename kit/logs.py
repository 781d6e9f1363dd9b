"""Structured logs: one line an event, with a request id that survives into the worker, and a redaction filter."""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.types import Processor

REDACTED = "[redacted]"
_SECRET_KEYS = re.compile(
    r"passw|secret|token|authorization|cookie|pepper|seed|digest|element|note|own_reference|otp|recovery",
    re.I,
)
# A run of digits as long as a phone, card or ID number, with the separators people write; ports stay readable.
# A UUID stays whole even where three of its groups happen to be digits, one in some two hundred: it names a request.
_LONG_NUMBER = re.compile(
    r"(?P<uuid>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)|(?<![\w.])\+?\d(?:[ -]?\d){10,18}[Xx]?(?!\w)"
)
_QUERY_VALUE = re.compile(r"([?&][^=&]*)=[^&]*")
# Who looks at which collision or case would name those who have part in it to the reader of the log, and their acts.
_SHARED = re.compile(r"(/(?:collisions|cases)/)[^\s?'\"]+")
_BEARER = re.compile(r"alc_[A-Za-z0-9]+_[A-Za-z0-9_-]+")


def redact(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank values under secret names, credentials and long numbers in any string of the event, and what addresses ask.

    Of a query string the names stay and the values go: whatever somebody types behind a question mark is not for a log.
    """
    if isinstance(address := event.get("request"), str):
        event["request"] = _QUERY_VALUE.sub(r"\1", address)
    for key, value in event.items():
        event[key] = REDACTED if _SECRET_KEYS.search(key) and key != "event" else _clean(value)
    return event


def _clean(value: Any) -> Any:
    match value:
        case str():
            told = _SHARED.sub(rf"\1{REDACTED}", _BEARER.sub(REDACTED, value))
            return _LONG_NUMBER.sub(lambda found: found["uuid"] or REDACTED, told)
        case dict():
            return {k: REDACTED if _SECRET_KEYS.search(str(k)) else _clean(v) for k, v in value.items()}
        case list() | tuple():
            return [_clean(item) for item in value]
        case _:
            return value


_shared: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
    redact,
]


def configure() -> None:
    """Point structlog at the standard library's handlers that `logging_config` describes."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def logging_config(level: str) -> dict[str, Any]:
    """Django's LOGGING: JSON lines on standard error, foreign records through the same redaction."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(ensure_ascii=False),
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["stderr"], "level": level, "propagate": False},
            "httpx2": {"level": "WARNING"},
            "httpcore2": {"level": "WARNING"},
        },
    }
