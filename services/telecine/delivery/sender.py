"""Sends one webhook: one HTTP POST, one deadline, one outcome, however hostile the receiver."""

import asyncio
import ssl
from time import perf_counter
from types import TracebackType
from typing import Protocol, Self

from telecine.delivery.dialling import Dialling
from telecine.delivery.exchange import Exchange
from telecine.delivery.failure import unsendable
from telecine.delivery.outbox import Outbox
from telecine.delivery.outcome import Failure, Outcome, judged
from telecine.delivery.pool import Pool
from telecine.delivery.recording import Recording
from telecine.delivery.target import Target, Unsendable
from telecine.delivery.vetting import Vetting
from telecine.delivery.webhook import WebhookRequest
from telecine.delivery.wheel import Wheel
from telecine.shared.sending.agent import USER_AGENT
from telecine.shared.sending.egress import OPEN, Egress
from telecine.shared.sending.names import Names, Resolver

__all__ = ["USER_AGENT", "Sender", "WebhookRequest"]


class Sendable(Protocol):
    """A webhook. `timeout` in seconds: one deadline over DNS, connect, TLS, headers and body."""

    @property
    def timeout(self) -> float: ...

    def wire(self) -> tuple[Target, bytes]:
        """Answer where it goes, and its bytes. Raises Unsendable."""


class Sender:
    """Sends webhooks over one pool of kept-alive connections; an async context manager.

    It puts no limit on concurrent sends: whoever sends bounds them, per endpoint, so that a slow
    receiver cannot use up what the others need. End the sends before leaving the context.

    `egress` says where it may connect to. `resolver` finds the addresses of host names (it raises
    OSError for "none"); `tls` is the context for https, by default the system's trust store. The
    context is adopted: its ALPN protocols are set.
    """

    def __init__(
        self,
        *,
        egress: Egress = OPEN,
        resolver: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._egress = egress
        self._resolver = resolver
        self._tls = tls or ssl.create_default_context()
        self._tls.set_alpn_protocols(["http/1.1"])
        self._open = False

    async def __aenter__(self) -> Self:
        self._loop = loop = asyncio.get_running_loop()
        vetting = Vetting(self._egress)
        self._names = Names()
        self._wheel = Wheel(loop)
        self._outbox = Outbox(loop)
        self._pool = Pool(vetting, loop)
        self._dialling = Dialling(vetting, self._resolver or self._names, self._pool, self._tls)
        self._open = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open = False
        await self._dialling.stop()
        await self._names.close()
        self._pool.end()
        self._wheel.stop()

    async def send(self, webhook: Sendable) -> Outcome:
        """POST the webhook and say what came of it; takes `webhook.timeout` seconds at most.

        Raises nothing but CancelledError, whatever the receiver does. (RuntimeError if the
        sender is not open: a broken rule of the caller's.)
        """
        if not self._open:
            raise RuntimeError("the sender is not open: use it inside `async with`")
        recording = Recording(perf_counter())
        try:
            target, message = webhook.wire()
        except Unsendable as error:
            return recording.outcome(unsendable(error), perf_counter())
        origin, timeout = target.origin, webhook.timeout
        deadline = recording.started + timeout
        exchange = Exchange(origin, message, recording, timeout, self._loop.create_future())
        idle = self._pool.give(origin, recording.started)
        self._wheel.add(exchange, deadline)
        try:
            if idle is None:
                self._dialling.dial(exchange)
            else:
                recording.reused = True
                idle.carry(exchange)
                self._outbox.post(idle)
            failure = await exchange.future
            if failure is not None and failure.error == "reset" and recording.is_stale:
                failure = await self._once_more(exchange, deadline)
        finally:
            self._wheel.discard(exchange)
            if exchange.carrier is not None:  # the deadline has passed, or the caller gave up
                exchange.carrier.abort()
                exchange.carrier = None
        recording = exchange.recording
        if failure is None:
            failure = judged(recording.answer.status, recording.answer.reason)
        return recording.outcome(failure, exchange.ended)

    async def _once_more(self, exchange: Exchange, deadline: float) -> Failure | None:
        """Exchange over a fresh connection, since the idle one has turned out to be dead.

        A receiver may close an idle connection at the moment we write to it, and nobody can tell
        whether it still took the request. Repeating is safe: the promise is at-least-once, and the
        receiver knows a repeat by the same `webhook-id`. Not repeating would show a healthy receiver
        as failing. Once a byte of an answer came, or on a connection of our own making, the break is
        the receiver's and is reported.
        """
        exchange.again(self._loop.create_future())
        self._wheel.add(exchange, deadline)  # it may have passed just now
        self._dialling.dial(exchange)
        return await exchange.future
