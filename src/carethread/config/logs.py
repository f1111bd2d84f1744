"""Logging: one line an event, and no client's identity in any of them."""

from typing import Any

import structlog

# Keys that may hold what identifies a client. Logs name record ids, never people.
_PRIVATE = frozenset(
    [
        "name",
        "first_name",
        "last_name",
        "birth_date",
        "member_id",
        "mrn",
        "address",
        "phone",
        "email",
        "content",
        "raw",
        "narrative",
        "subscriber",
        "patient",
        "password",
        "token",
        "secret",
    ]
)


def hide_private(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Blank every value whose key could carry a person's identity or a secret."""
    return {key: "…" if key in _PRIVATE else value for key, value in event.items()}


def configure(*, json: bool) -> dict[str, Any]:
    """Django's LOGGING, with structlog rendering both its own and the standard library's events."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_private,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    # A plain traceback: a pretty one prints the locals, which hold what identifies clients.
    console = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    renderer: Any = structlog.processors.JSONRenderer() if json else console
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "event": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processor": renderer,
                "foreign_pre_chain": shared,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "event"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {"carethread": {"level": "INFO"}, "paramiko": {"level": "CRITICAL"}},
    }
