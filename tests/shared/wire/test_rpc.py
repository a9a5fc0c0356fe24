"""Questions between services: every one is answered, and what goes wrong is told at once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, ClassVar

import pytest
from faststream.nats import NatsBroker
from pydantic import Field

from telecine.shared.contracts import Command, Done, Request
from telecine.shared.errors import Refusal, Unavailable
from telecine.shared.events import Wire
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.rpc import call, serve
from telecine.simulations.nats_server import EmbeddedNats
from tests.nats import Connect, killed
from tests.waiting import until

#: Far below the time-out of the questions asked here: what must come at once must not need it.
AT_ONCE = 30.0


class Sum(Wire):
    value: int


class Add(Request[Sum]):
    service: ClassVar[str] = "adder"
    name: ClassVar[str] = "add"
    reply: ClassVar[type[Any]] = Sum
    numbers: tuple[int, ...]
    most: int = Field(9, ge=1)


class Tell(Command[Done]):
    service: ClassVar[str] = "adder"
    name: ClassVar[str] = "tell.somebody"
    reply: ClassVar[type[Any]] = Done


Handle = Callable[[Add], Awaitable[Sum]]
Serve = Callable[[Handle], AbstractAsyncContextManager[None]]


@pytest.fixture
def answering(server: EmbeddedNats) -> Serve:
    """Runs one copy of a service that answers `Add`."""

    @asynccontextmanager
    async def running(handle: Handle) -> AsyncIterator[None]:
        broker = NatsBroker(server.url, logger=None, max_reconnect_attempts=-1)
        serve(broker, Add, handle)
        async with broker:
            await broker.start()
            await broker.connection.flush()
            await broker.connection.flush()
            yield

    return running


async def add(question: Add) -> Sum:
    return Sum(value=sum(question.numbers))


async def test_answer_is_read_as_what_the_question_asks_for(bus: Bus, answering: Serve) -> None:
    async with answering(add):
        assert await call(bus, Add(numbers=(1, 2, 3))) == Sum(value=6)


async def test_a_question_that_is_not_unicode_is_refused_before_it_is_sent(bus: Bus) -> None:
    question = Tell(org="\ud800", request_id="r", correlation_id="c")

    with pytest.raises(Refusal, match="not Unicode"):
        await call(bus, question)


async def test_refusal_comes_back_as_it_was_raised(bus: Bus, answering: Serve) -> None:
    async def refuse(_: Add) -> Sum:
        raise Refusal("conflict", "nine is the most", "numbers")

    async with answering(refuse):
        with pytest.raises(Refusal) as refusal:
            await call(bus, Add(numbers=(10,)))

    error = refusal.value
    assert (error.code, error.message, error.field) == ("conflict", "nine is the most", "numbers")


async def test_refusal_without_a_field_has_none(bus: Bus, answering: Serve) -> None:
    async def refuse(_: Add) -> Sum:
        raise Refusal("not_found", "no such number")

    async with answering(refuse):
        with pytest.raises(Refusal) as refusal:
            await call(bus, Add(numbers=()))

    assert (refusal.value.code, refusal.value.field) == ("not_found", None)


@pytest.mark.parametrize("error", [RuntimeError("a defect"), Unavailable("the log is away")])
async def test_handler_that_raises_is_unavailable_at_once(
    bus: Bus, answering: Serve, error: Exception
) -> None:
    async def fail(_: Add) -> Sum:
        raise error

    async with answering(fail), asyncio.timeout(AT_ONCE):
        with pytest.raises(Unavailable, match=r"adder.*could not answer"):
            await call(bus, Add(numbers=()), timeout=3600)


async def test_what_went_wrong_inside_is_not_told_to_who_asked(bus: Bus, answering: Serve) -> None:
    async def fail(_: Add) -> Sum:
        raise RuntimeError("password=hunter2")

    async with answering(fail):
        with pytest.raises(Unavailable) as unavailable:
            await call(bus, Add(numbers=()))

    assert "hunter2" not in str(unavailable.value)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b"{}",
        b'{"numbers": "many"}',
        b'{"numbers": [1], "unknown": 1}',
        b'{"numbers": [1], "most": 0}',
    ],
    ids=repr,
)
@pytest.mark.parametrize("content_type", [None, "application/json", "text/plain"])
async def test_question_that_cannot_be_read_is_refused_at_once(
    bus: Bus, answering: Serve, body: bytes, content_type: str | None
) -> None:
    headers = {"content-type": content_type} if content_type else None
    async with answering(add):
        answer = await bus.client.request(Add.subject(), body, timeout=AT_ONCE, headers=headers)

    assert (answer.headers or {})["telecine-error"] == "refused"
    assert b'"code":"invalid"' in answer.data


async def test_refused_question_names_the_field_that_is_wrong(bus: Bus, answering: Serve) -> None:
    wrong = Add.model_construct(numbers=(1,), most=0)

    async with answering(add):
        with pytest.raises(Refusal) as refusal:
            await call(bus, wrong)

    assert (refusal.value.code, refusal.value.field) == ("invalid", "most")


async def test_answer_larger_than_a_message_is_unavailable_at_once(
    bus: Bus, server: EmbeddedNats
) -> None:
    class Text(Wire):
        text: str

    class Long(Request[Text]):
        service: ClassVar[str] = "adder"
        name: ClassVar[str] = "long"
        reply: ClassVar[type[Any]] = Text

    async def answer(_: Long) -> Text:
        return Text(text="x" * 2_000_000)

    broker = NatsBroker(server.url, logger=None)
    serve(broker, Long, answer)
    async with broker, asyncio.timeout(AT_ONCE):
        await broker.start()
        with pytest.raises(Unavailable, match="too large"):
            await _until_listened_to(lambda: call(bus, Long(), timeout=3600))


async def test_nobody_listening_is_unavailable_at_once(bus: Bus) -> None:
    async with asyncio.timeout(AT_ONCE):
        with pytest.raises(Unavailable, match="adder"):
            await call(bus, Add(numbers=()), timeout=3600)


async def test_no_answer_in_time_is_unavailable(bus: Bus, answering: Serve) -> None:
    release = asyncio.Event()

    async def hang(question: Add) -> Sum:
        await release.wait()
        return await add(question)

    async with answering(hang):
        with pytest.raises(Unavailable, match="timeout"):
            await call(bus, Add(numbers=()), timeout=0.05)
        release.set()


async def test_two_copies_share_the_questions(bus: Bus, answering: Serve) -> None:
    asked: Counter[str] = Counter()

    def counting(name: str) -> Handle:
        async def handle(question: Add) -> Sum:
            asked[name] += 1
            return await add(question)

        return handle

    async with answering(counting("one")), answering(counting("two")):
        questions = (call(bus, Add(numbers=(n,))) for n in range(100))
        answers = await asyncio.gather(*questions)

    assert [each.value for each in answers] == list(range(100))
    assert asked.total() == 100
    assert set(asked) == {"one", "two"}


async def test_slow_question_does_not_keep_others_waiting(bus: Bus, answering: Serve) -> None:
    release = asyncio.Event()

    async def wait_for_one(question: Add) -> Sum:
        if question.numbers == (1,):
            await release.wait()
        return await add(question)

    async with answering(wait_for_one):
        slow = asyncio.create_task(call(bus, Add(numbers=(1,))))
        assert await call(bus, Add(numbers=(2,)), timeout=AT_ONCE) == Sum(value=2)
        release.set()
        assert await slow == Sum(value=1)


async def test_name_with_dots_is_served_under_its_own_subject(
    bus: Bus, server: EmbeddedNats
) -> None:
    heard: list[Tell] = []

    async def hear(command: Tell) -> Done:
        heard.append(command)
        return Done()

    command = Tell(org="demo", request_id="r-1", correlation_id="c-1")
    broker = NatsBroker(server.url, logger=None)
    serve(broker, Tell, hear)
    async with broker:
        await broker.start()
        assert await _until_listened_to(lambda: call(bus, command)) == Done()

    assert heard == [command]


async def test_questions_are_answered_again_when_the_server_was_killed(
    bus: Bus, server: EmbeddedNats, answering: Serve
) -> None:
    async with answering(add):
        await killed(server, bus)
        answer = await _until_listened_to(lambda: call(bus, Add(numbers=(4,))))

    assert answer == Sum(value=4)


async def test_caller_on_another_connection_is_answered(
    connect: Connect, answering: Serve
) -> None:
    async with connect() as other, answering(add):
        assert await call(other, Add(numbers=(5,))) == Sum(value=5)


async def _until_listened_to(ask: Callable[[], Awaitable[Wire]]) -> Wire:
    """Ask until somebody listens; any other answer comes through."""

    async def attempt() -> Wire | None:
        try:
            return await ask()
        except Unavailable as error:
            if "no responders" not in str(error):
                raise
            return None

    answer: Wire = await until(attempt)
    return answer
