"""Logs are dotted facts with fields: `log.info("attempt.failed", delivery_id=…, number=3)`.

Console on a terminal, JSON lines elsewhere; what is bound with `correlation(…)` is on every line
below it; a field whose name says secret never shows its value.
"""

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

SECRET_FIELDS = ("secret", "token", "authorization", "password", "api_key", "signature")


def _hide_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {name: _shown(name, value) for name, value in event.items()}


def _shown(name: object, value: object) -> object:
    plain = str(name).lower().replace("-", "_")
    if any(word in plain for word in SECRET_FIELDS):
        return "[redacted]"
    if isinstance(value, Mapping):  # headers, above all
        return {key: _shown(key, inner) for key, inner in value.items()}
    return value


def configure(level: str = "info") -> None:
    """Set up structlog for this process; libraries' own loggers pass through it from warnings up."""
    terminal = sys.stderr.isatty()
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _hide_secrets,
    ]
    final: list[Processor] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if terminal
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*shared, *final],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    _adopt_libraries(shared, final)


def _adopt_libraries(shared: list[Processor], final: list[Processor]) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *final],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)


@contextmanager
def correlation(correlation_id: str, **fields: str) -> Iterator[None]:
    """Bind the correlation id (and more) to every line that is logged inside."""
    with structlog.contextvars.bound_contextvars(correlation_id=correlation_id, **fields):
        yield


def without_login(url: str) -> str:
    """Answer a URL as it may be shown: whom it calls, without a user, password or token."""
    scheme, separator, rest = url.partition("://")
    login, at, place = rest.rpartition("@")
    return f"{scheme}{separator}{'***' if login else ''}{at}{place}"
