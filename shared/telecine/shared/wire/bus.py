"""One service's connection to NATS: everything is published and acknowledged through it.

One publish and one ack for the whole house, because the ledger of quiet (DESIGN §4) will live in
exactly these two places.
"""

import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from time import monotonic

import structlog
from nats.aio.msg import Msg
from nats.errors import ConnectionReconnectingError
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError

from telecine.shared.errors import Unavailable
from telecine.shared.observing.logging import without_login
from telecine.shared.observing.metrics import Metrics
from telecine.shared.observing.subjects import kind_of
from telecine.shared.observing.tracing import Tracing
from telecine.shared.wire.answers import Expect, Stored, meaning_of
from telecine.shared.wire.lean_client import LeanClient
from telecine.shared.wire.pipelining import TIMEOUT, NoWord, Outgoing, Pipeline, Word
from telecine.shared.wire.place import nanoseconds, place_of
from telecine.shared.wire.storing import Storing

log = structlog.get_logger()

#: Seconds after which the same trouble with a connection is told again: it is tried ten times a second.
SELDOM = 30.0


class Bus:
    """A NATS connection with JetStream. Use `connected` to get one."""

    def __init__(self, client: LeanClient, metrics: Metrics, tracing: Tracing) -> None:
        self.client = client
        self.metrics = metrics
        self.tracing = tracing
        self._published = metrics.counter(
            "telecine_messages_published_total",
            "Messages for a stream, by what they speak of: facts, owed work, timers set and due.",
            "type",
            "outcome",
        )
        self.js: JetStreamContext = client.jetstream(timeout=TIMEOUT)
        self._since(datetime.now(UTC))
        self.storing = Storing()
        self._on_reconnect: list[Callable[[], None]] = []
        self._failed: set[str] = set()  # by reply subject, since messages do not hash
        self._pipeline = Pipeline(client, tracing)

    @property
    def is_connected(self) -> bool:
        return self.client.is_connected

    @property
    def is_closed(self) -> bool:
        """Whether it is over: nothing will be sent here any more, however long one waits."""
        return self.client.is_closed

    @contextmanager
    def on_reconnect(self, callback: Callable[[], None]) -> Iterator[None]:
        """Call back after each reconnect while the block lasts; the server has forgotten our open pulls by
        then."""
        self._on_reconnect.append(callback)
        try:
            yield
        finally:
            self._on_reconnect.remove(callback)

    async def publish(
        self,
        subject: str,
        body: bytes,
        *,
        headers: Mapping[str, str] | None = None,
        message_id: str | None = None,
        expect: Expect | None = None,
    ) -> Stored:
        """Store a message in the stream of its subject and wait for the server's word.

        Raises WrongSequence, SubjectTaken, or Unavailable (then it may or may not be stored).
        """
        sent = dict(headers or {})
        if message_id:
            sent["Nats-Msg-Id"] = message_id
        if expect:
            sent["Nats-Expected-Last-Subject-Sequence"] = str(expect.sequence)
            # Without the filter a stale write on another event type would be accepted.
            sent["Nats-Expected-Last-Subject-Sequence-Subject"] = expect.subject
        with self.tracing.publishing(subject, sent) as carried:
            return await self._store(subject, body, {**sent, **carried})

    async def _store(self, subject: str, body: bytes, headers: dict[str, str]) -> Stored:
        outcome = "unconfirmed"
        try:
            ack = await self.js.publish(subject, body, headers=headers)
            outcome = "duplicate" if ack.duplicate else "stored"
        except APIError as error:
            outcome = "refused"
            meaning = meaning_of(error)
            if isinstance(meaning, Unavailable):
                self.storing.not_stored(subject)
            raise meaning from error
        except (NatsError, TimeoutError) as error:
            if self.is_connected:
                self.storing.not_stored(subject)
            raise Unavailable(f"NATS did not confirm {subject}: {error}") from error
        finally:
            self._published.labels(kind_of(subject), outcome).inc()
        if not ack.duplicate:  # which the server says without storing anything
            self.storing.stored(subject)
        return Stored(ack.stream, ack.seq, bool(ack.duplicate))

    async def publish_all(self, messages: Sequence[Outgoing]) -> list[Stored]:
        """Store messages in this order and wait for the server's word on all of them together.

        Raises Unavailable if it is missing for one of them: each may or may not be stored then.
        """
        return self._all_stored(messages, await self._pipeline.publish(messages))

    def _all_stored(
        self, messages: Sequence[Outgoing], words: Sequence[Word | None]
    ) -> list[Stored]:
        outcomes = Counter(
            (kind_of(message.subject), _outcome(word))
            for message, word in zip(messages, words, strict=True)
        )
        for labels, count in outcomes.items():
            self._published.labels(*labels).inc(count)
        stored: list[Stored] = []
        for message, word in zip(messages, words, strict=True):
            if not isinstance(word, Stored):
                if self.is_connected:
                    self.storing.not_stored(message.subject)
                raise Unavailable(f"NATS did not confirm {message.subject}: {word}")
            stored.append(word)
        if any(not each.duplicate for each in stored):
            self.storing.stored(messages[0].subject)
        return stored

    async def pull(
        self, stream: str, consumer: str, request: Mapping[str, int], reply: str
    ) -> None:
        """Ask a consumer for messages (ADR-13); they come to the subject `reply`."""
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
        await self.client.publish(subject, json.dumps(request).encode(), reply=reply)

    async def rewind(self, stream: str, consumer: str) -> int:
        """Let a consumer begin again behind the last message up to which all are acknowledged.

        Answers the position of what it gives next, at least. Raises Unavailable. (ADR-60, NATS 2.14.)
        """
        subject = f"$JS.API.CONSUMER.RESET.{stream}.{consumer}"
        try:
            answer = json.loads((await self.client.request(subject, timeout=TIMEOUT)).data)
        except (NatsError, TimeoutError) as error:
            raise Unavailable(f"NATS did not rewind {consumer}: {error}") from error
        if "error" in answer:
            raise Unavailable(f"NATS did not rewind {consumer}: {answer['error']}")
        return int(answer["reset_seq"])

    async def ack(self, message: Msg) -> None:
        """Say that all effects of this message are done. Never before they are."""
        await self._answer(message, b"+ACK")

    async def ack_all(self, messages: Sequence[Msg]) -> None:
        """Say so of many messages."""
        if messages:
            await self.client.say(b"+ACK", [message.reply for message in messages])
            if self._failed:
                self._failed.difference_update(message.reply for message in messages)

    async def give_up(self, message: Msg) -> None:
        """Say that nobody will ever understand this message."""
        await self._answer(message, b"+TERM")

    async def give_back(self, message: Msg) -> None:
        """Return a message to whoever pulls next; it is theirs when this returns."""
        # Confirmed, else the next pull might get later messages first.
        await self.client.request(message.reply, b"-NAK", timeout=1)
        self._failed.discard(message.reply)

    async def still_working(self, message: Msg) -> None:
        """Ask the server for more time with this message."""
        await self.client.publish(message.reply, b"+WPI")

    def failed(self, message: Msg) -> None:
        """Note that a handler failed at this message and is to be called again, here."""
        self._failed.add(message.reply)

    def redelivered(self, message: Msg) -> bool:
        """Whether somebody may have begun with this message before (DESIGN §4).

        That is so if it was delivered before, or a handler here has failed at it. And a server
        that was killed forgets how often it delivered; so whatever was stored before our present
        connection counts as well.
        """
        _, times, stored_at = place_of(message)
        return times > 1 or message.reply in self._failed or stored_at < self._connected_ns

    async def _answer(self, message: Msg, verb: bytes) -> None:
        await self.client.publish(message.reply, verb)
        self._failed.discard(message.reply)

    def _disconnected(self) -> None:
        # Until we know when the next connection began, everything counts as stored before it: its
        # first messages come while the client still says that it is connecting.
        self._since(datetime.max.replace(tzinfo=UTC))
        # An answer that was on its way is lost; who waits for it would wait for its whole time-out.
        for answer in tuple(self.client._resp_map.values()):
            if not answer.done():
                answer.set_exception(ConnectionReconnectingError())
        self._pipeline.lose("the connection was lost")

    def _since(self, moment: datetime) -> None:
        self.connected_at, self._connected_ns = moment, nanoseconds(moment)

    def _reconnected(self) -> None:
        self._since(datetime.now(UTC))
        self.storing.begin_anew()
        log.info("nats.reconnected")
        for callback in tuple(self._on_reconnect):
            callback()


def _outcome(word: Word | None) -> str:
    if isinstance(word, Stored):
        return "duplicate" if word.duplicate else "stored"
    return "unconfirmed" if word is None or isinstance(word, NoWord) else "refused"


class _Last:
    """What was told last of trouble with a connection."""

    def __init__(self) -> None:
        self.said = ""
        self._at = 0.0

    def is_news(self, trouble: str) -> bool:
        """Whether it is to be told: it is another one, or that was long ago."""
        if trouble == self.said and monotonic() - self._at < SELDOM:
            return False
        self.said, self._at = trouble, monotonic()
        return True


@asynccontextmanager
async def connected(
    url: str, name: str, metrics: Metrics | None = None, tracing: Tracing | None = None
) -> AsyncIterator[Bus]:
    """Connect for as long as the block lasts; a lost connection is tried again for ever."""
    bus: Bus | None = None
    server = without_login(url)

    last = _Last()

    async def reconnected() -> None:
        last.said = ""  # so the next trouble is told at once
        if bus:
            bus._reconnected()

    async def lost() -> None:
        if bus and not bus.client.is_closed:
            bus._disconnected()
            log.warning("nats.disconnected", service=name)

    async def failed(error: Exception) -> None:
        if last.is_news(repr(error)):
            log.warning("nats.error", service=name, server=server, error=repr(error))

    client = LeanClient()
    await client.connect(
        url,
        name=name,
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.1,  # type: ignore[arg-type]  # nats-py takes parts of a second
        connect_timeout=5,
        allow_reconnect=True,
        reconnected_cb=reconnected,
        disconnected_cb=lost,
        error_cb=failed,
    )
    bus = Bus(client, metrics or Metrics(), tracing or Tracing())
    try:
        yield bus
    finally:
        await client.close()
