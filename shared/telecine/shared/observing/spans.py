"""Spans of OpenTelemetry for what the house does, named by its conventions for messaging and HTTP.

Imported by `telecine.shared.observing.tracing` alone, and only when an exporter is configured. Where
spans go, how they are sampled and batched is the SDK's own to read from `OTEL_*`.
"""

import asyncio
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

from faststream.nats.opentelemetry.provider import NatsTelemetrySettingsProvider
from faststream.opentelemetry import TelemetryMiddleware
from nats.aio.msg import Msg
from opentelemetry import context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from telecine.shared.observing.subjects import kind_of
from telecine.shared.observing.tracing import Exchange, Tracing

_PROPAGATOR = TraceContextTextMapPropagator()
#: Seconds that a stopping service waits for its last spans to leave; six stop one after the other.
GRACE = 1.0
#: Asked for all the time by whoever watches.
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


class Spans(Tracing):
    """Follows one service's work; six services in one process have six of these."""

    follows = True

    def __init__(self, service: str) -> None:
        self._provider = TracerProvider(resource=_resource(service), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("telecine", version("telecine"))

    @contextmanager
    def publishing(self, subject: str, headers: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
        attributes = _messaging("publish", "send", subject) | _event(headers)
        with self._span(f"publish {kind_of(subject)}", SpanKind.PRODUCER, attributes):
            carried = _injected()
            if "ce-id" in headers:
                carried |= {f"ce-{name}": value for name, value in carried.items()}
            yield carried

    @contextmanager
    def asking(self, subject: str) -> Iterator[Mapping[str, str]]:
        attributes = _messaging("request", "send", subject)
        with self._span(f"request {kind_of(subject)}", SpanKind.CLIENT, attributes):
            yield _injected()

    @contextmanager
    def handling(
        self, subject: str, consumer: str, headers: Mapping[str, str] | None
    ) -> Iterator[None]:
        fields = headers or {}
        attributes = _messaging("process", "process", subject) | _event(fields)
        attributes["messaging.consumer.group.name"] = consumer
        name = f"process {kind_of(subject)}"
        with self.continuing(fields), self._span(name, SpanKind.CONSUMER, attributes):
            yield

    @contextmanager
    def continuing(self, carried: Mapping[str, str]) -> Iterator[None]:
        token = context.attach(_PROPAGATOR.extract(carried, context.Context()))
        try:
            yield
        finally:
            context.detach(token)

    def current(self) -> Mapping[str, str]:
        return _injected()

    @contextmanager
    def posting(self, url: str) -> Iterator[Exchange]:
        parts = urlsplit(url)
        attributes = {
            "http.request.method": "POST",
            "server.address": parts.hostname or "",
            "server.port": parts.port or (443 if parts.scheme == "https" else 80),
            "url.full": url.partition("?")[0],  # a query may hold a secret of the receiver's
        }
        with self._span("POST", SpanKind.CLIENT, attributes) as span:
            yield _Posted(span)

    def middlewares(self) -> tuple[Any, ...]:
        def of(message: object) -> _Named | None:
            return _Named() if message is None or isinstance(message, Msg) else None

        middleware = TelemetryMiddleware(
            settings_provider_factory=of, tracer_provider=self._provider
        )
        return (middleware,)

    def of_http(self) -> Any:
        return {
            "tracer_provider": self._provider,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
            "exclude": lambda scope: scope["path"] in _QUIET,
        }

    async def close(self) -> None:
        # In a thread that nobody waits for at exit: a collector that is away must not hold us up.
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()

        def shut() -> None:
            self._provider.shutdown()
            loop.call_soon_threadsafe(ended.set)

        threading.Thread(target=shut, name="spans", daemon=True).start()
        try:
            await asyncio.wait_for(ended.wait(), GRACE)
        except TimeoutError:
            return

    def _span(self, name: str, kind: SpanKind, attributes: Mapping[str, Any]) -> Any:
        return self._tracer.start_as_current_span(name, kind=kind, attributes=attributes)


class _Posted(Exchange):
    def __init__(self, span: Span) -> None:
        self.headers = _injected()
        self._span = span

    def ended(self, status: int | None, error: str | None) -> None:
        if status is not None:
            self._span.set_attribute("http.response.status_code", status)
        if error or (status or 0) >= 400:
            self._span.set_attribute("error.type", error or str(status))
            self._span.set_status(Status(StatusCode.ERROR))


class _Named(NatsTelemetrySettingsProvider):
    """FastStream names its spans by the whole subject: one for each video, and for each inbox."""

    def get_consume_destination_name(self, msg: Any) -> str:
        return kind_of(msg.raw_message.subject)

    def get_publish_destination_name(self, cmd: Any) -> str:
        return "reply" if cmd.destination.startswith("_INBOX.") else kind_of(cmd.destination)


def _resource(service: str) -> Resource:
    own = {
        "service.namespace": "telecine",
        "service.version": version("telecine"),
        "telecine.service": service,
    }
    if not os.environ.get("OTEL_SERVICE_NAME"):
        own["service.name"] = f"telecine-{service}"
    return Resource.create(own)


def _messaging(operation: str, kind: str, subject: str) -> dict[str, Any]:
    return {
        "messaging.system": "nats",
        "messaging.operation.name": operation,
        "messaging.operation.type": kind,
        "messaging.destination.name": subject,
        "messaging.destination.template": kind_of(subject),
    }


def _event(headers: Mapping[str, str]) -> dict[str, str]:
    """What a CloudEvent's headers say that one may want to search for."""
    known = {"ce-id": "cloudevents.event_id", "ce-type": "cloudevents.event_type"}
    known |= {
        "ce-subject": "cloudevents.event_subject",
        "ce-correlationid": "telecine.correlation_id",
    }
    return {name: headers[field] for field, name in known.items() if field in headers}


def _injected() -> dict[str, str]:
    carried: dict[str, str] = {}
    _PROPAGATOR.inject(carried)
    return carried
