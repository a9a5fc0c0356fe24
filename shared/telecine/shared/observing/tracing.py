"""Following one upload through every subject to the receiver, when an exporter is configured.

Trace context travels as W3C `traceparent` and `tracestate` in the headers of every message, and on
CloudEvents as their distributed tracing extension too. Without an exporter nothing of OpenTelemetry
is imported, and everything here does nothing.
"""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from telecine.shared.errors import Refusal

#: The headers of W3C Trace Context.
CONTEXT = ("traceparent", "tracestate")
_NONE: Mapping[str, str] = {}


class Exchange:
    """A webhook under way: the headers it takes along, and how it ended."""

    headers: Mapping[str, str] = _NONE

    def ended(self, status: int | None, error: str | None) -> None:
        """Note the answer's status, or the class of the failure."""


class Tracing:
    """Follows nothing; `telecine.shared.observing.spans` has the one that does, with the same methods.

    `follows`: whether it does; who is in a hurry asks that first.
    """

    follows = False

    def publishing(
        self, subject: str, headers: Mapping[str, str]
    ) -> AbstractContextManager[Mapping[str, str]]:
        """A message goes to a subject; yields the headers of the trace."""
        return nullcontext(_NONE)

    def asking(self, subject: str) -> AbstractContextManager[Mapping[str, str]]:
        """A question goes to a service; yields the headers of the trace."""
        return nullcontext(_NONE)

    def handling(
        self, subject: str, consumer: str, headers: Mapping[str, str] | None
    ) -> AbstractContextManager[None]:
        """A consumer works on a message, in the trace of who sent it."""
        return nullcontext()

    def continuing(self, carried: Mapping[str, str]) -> AbstractContextManager[None]:
        """What happens inside goes on in a trace that was kept (see `current`)."""
        return nullcontext()

    def current(self) -> Mapping[str, str]:
        """Answer the headers of the trace that we are in, to be kept for `continuing`."""
        return _NONE

    def posting(self, url: str) -> AbstractContextManager[Exchange]:
        """A webhook goes to a receiver."""
        return nullcontext(_NOWHERE)

    def middlewares(self) -> tuple[Any, ...]:
        """Answer what FastStream's broker is to be given."""
        return ()

    def of_http(self) -> Any:
        """Answer what FastAPI is to be given as its `telemetry`."""
        return {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}

    async def close(self) -> None:
        """Send what was not sent yet."""


_NOWHERE = Exchange()


def kept(headers: Mapping[str, str] | None) -> dict[str, str]:
    """Answer the trace context among a message's headers."""
    return {name: headers[name] for name in CONTEXT if name in headers} if headers else {}


def is_configured(environment: Mapping[str, str]) -> bool:
    """Whether OpenTelemetry's own variables ask for traces."""
    endpoints = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    off = (
        environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
        or environment.get("OTEL_TRACES_EXPORTER", "otlp") == "none"
    )
    return any(environment.get(name) for name in endpoints) and not off


def tracing_of(service: str) -> Tracing:
    """Answer how a service's work is followed. Raises Refusal if that is asked for and cannot be."""
    if not is_configured(os.environ):
        return Tracing()
    try:
        from telecine.shared.observing.spans import Spans  # noqa: PLC0415 - paid for only if asked for
    except ImportError as error:
        message = f"traces are asked for, but {error.name} is not installed: pip install 'telecine[otel]'"
        raise Refusal("invalid", message, "OTEL_EXPORTER_OTLP_ENDPOINT") from error
    return Spans(service)
