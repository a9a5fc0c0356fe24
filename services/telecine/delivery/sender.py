"""Sends one webhook: one HTTP POST, one deadline, one outcome, however hostile the receiver."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from time import perf_counter
from types import TracebackType
from typing import Self

from aiohttp import (
    ClientConnectionError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    StreamReader,
)
from aiohttp.abc import AbstractResolver
from aiohttp.resolver import DefaultResolver
from yarl import URL

from telecine.delivery.failure import failure_of, timed_out
from telecine.delivery.outcome import BODY_CAP, Failure, Outcome, judged, kept_headers, label
from telecine.delivery.recording import Recording
from telecine.delivery.vetting import VettingResolver, vetted
from telecine.delivery.watch import Watch, watching
from telecine.delivery.wire import TimedTLS, WatchedConnector, open_socket, traces
from telecine.shared.egress import OPEN, Egress

USER_AGENT = f"Telecine/{version('telecine')}"
MAX_HEADERS = 128  # of an answer; one more is a protocol error
MAX_LINE = 8190  # bytes of its status line, and of one header


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """What is to be sent. The body is sent as it is; it must stay below 1 MiB, as on NATS."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    timeout: float  # seconds: one deadline over DNS, connect, TLS, headers and body


class Sender:
    """Sends webhooks over one pool of kept-alive connections; an async context manager.

    It puts no limit on concurrent sends: whoever sends bounds them, per endpoint, so that a slow
    receiver cannot use up what the others need. End the sends before leaving the context.

    `egress` says where it may connect to. `resolver` finds the addresses of host names (it raises
    OSError for "none"); `tls` is the context for https, by default the system's trust store. The
    context is adopted: its `sslobject_class` and ALPN protocols are set.
    """

    def __init__(
        self,
        *,
        egress: Egress = OPEN,
        resolver: AbstractResolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._egress = egress
        self._resolver = resolver
        self._tls = tls or ssl.create_default_context()
        self._tls.sslobject_class = TimedTLS
        self._tls.set_alpn_protocols(["http/1.1"])
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = ClientSession(
            connector=WatchedConnector(
                limit=0,
                resolver=VettingResolver(self._resolver or DefaultResolver(), self._egress),
                ssl=self._tls,
                socket_factory=vetted(self._egress, open_socket),
            ),
            timeout=ClientTimeout(total=None, sock_connect=None),  # `send` holds the one deadline
            headers={"User-Agent": USER_AGENT},
            skip_auto_headers=["Accept", "Accept-Encoding", "Content-Type"],
            cookie_jar=DummyCookieJar(),
            trust_env=False,  # no proxy and no .netrc from the environment
            auto_decompress=False,  # a bomb stays as small as it came
            read_bufsize=BODY_CAP,
            max_headers=MAX_HEADERS,
            max_line_size=MAX_LINE,
            max_field_size=MAX_LINE,
            trace_configs=[traces()],
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def send(self, request: WebhookRequest) -> Outcome:
        """POST the webhook and say what came of it; takes `request.timeout` seconds at most.

        Raises nothing but CancelledError, whatever the receiver does. (RuntimeError if the
        sender is not open: a broken rule of the caller's.)
        """
        if self._session is None:
            raise RuntimeError("the sender is not open: use it inside `async with`")
        recording = Recording(started=perf_counter())
        failure = await self._attempt(self._session, request, recording)
        return recording.outcome(failure, perf_counter())

    async def _attempt(
        self, session: ClientSession, request: WebhookRequest, recording: Recording
    ) -> Failure | None:
        deadline = asyncio.timeout(request.timeout)
        try:
            async with deadline:
                status = await _exchange_surviving_stale(session, request, recording)
        except Exception as error:  # noqa: BLE001 - no receiver may end a worker; all is classed
            if deadline.expired():
                return timed_out(recording, request.timeout)
            return failure_of(error, recording)
        return judged(status, recording.reason)


async def _exchange_surviving_stale(
    session: ClientSession, request: WebhookRequest, recording: Recording
) -> int:
    """Exchange; once more over a fresh connection if an idle one turns out to be dead.

    A receiver may close an idle connection at the moment we write to it, and nobody can tell
    whether it still took the request. Repeating is safe: the promise is at-least-once, and the
    receiver knows a repeat by the same `webhook-id`. Not repeating would show a healthy receiver
    as failing. Once a byte of an answer came, or on a connection of our own making, the break is
    the receiver's and is reported.
    """
    try:
        return await _exchange(session, request, recording)
    except ClientConnectionError:
        if not recording.is_stale:
            raise
    recording.start_over()
    return await _exchange(session, request, recording)


async def _exchange(session: ClientSession, request: WebhookRequest, recording: Recording) -> int:
    """One request and its answer, read into the recording; answers the status."""
    watch = Watch(recording)
    token = watching.set(watch)
    try:
        response = await session.post(
            _as_written(request.url),
            data=request.body,
            headers=request.headers,
            allow_redirects=False,
            trace_request_ctx=recording,
        )
        try:
            watch.answers(response)
            recording.status = response.status
            recording.reason = label(response.status, response.reason)
            recording.headers = kept_headers(response.raw_headers)
            recording.length = response.content_length
            recording.truncated = await _read(response.content, recording.body)
            if not recording.truncated:
                recording.length = len(recording.body)
            return response.status
        finally:
            response.close()  # a complete answer has returned its connection to the pool already
    finally:
        watching.reset(token)
        watch.leave()


def _as_written(url: str) -> URL:
    """The URL to the letter: a receiver may hold a signature over it. Quoted only where it must."""
    whole = url.isascii() and url.isprintable() and " " not in url
    return URL(url, encoded=whole)


async def _read(content: StreamReader, body: bytearray) -> bool:
    """Read into `body` as far as the cap; answers whether there was more."""
    while len(body) <= BODY_CAP:
        chunk = await content.read(BODY_CAP + 1 - len(body))
        if not chunk:
            return False
        body += chunk
    del body[BODY_CAP:]
    return True
