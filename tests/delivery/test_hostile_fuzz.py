"""Fuzzed receivers: whatever comes, in whatever pieces, an attempt has an outcome and leaves nothing."""

import asyncio
import gc
import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from telecine.delivery.connection import Connection
from telecine.delivery.exchange import Exchange
from telecine.delivery.reading import BadAnswer, Reading
from telecine.delivery.recording import Answer
from telecine.delivery.sender import Sender
from telecine.shared.contracts.delivery import ErrorClass
from tests.delivery.hostile.behaviour import bounded
from tests.delivery.receivers import CHUNKED, OK, Wire, answer, receiving, webhook
from tests.waiting import until

DEADLINE = 0.5  # seconds
SLACK = 10.0  # other tests share the machine
#: What an attempt is made of.
LIVED = (Connection, Exchange, Reading)
SEEDS = range(4)
EACH = 150  # receivers for a seed

#: Good answers, and pieces that bad ones are made of.
GOOD = [
    OK,
    answer(204, "No Content"),
    answer(500, "No", "X: y", "Set-Cookie: a=b", body=b"why"),
    CHUNKED + b"4;x=y\r\ngood\r\n0\r\nTrailer: z\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
    b"HTTP/1.0 200 OK\r\n\r\nuntil the end",
    b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    answer(200, "OK", "Connection: close", body=b"x" * 20_000),
]
PIECES = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b":",
    b" ",
    b"0\r\n\r\n",
    b"ffffffffffffffff\r\n",
    b"HTTP/1.1 ",
    b"HTTP/2.0 200 OK\r\n",
    b"Content-Length: 5\r\n",
    b"Content-Length: -1\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: gzip\r\n",
    b"Connection: keep-alive\r\n",
    b"\xff\xfe\xed\xa0\x80",
    b"x" * 9000,
    b"1\r\nx\r\n" * 100,
]


def mutated(rng: random.Random) -> bytes:
    """A good answer after some accidents."""
    said = bytearray(rng.choice(GOOD))
    for _ in range(rng.randint(0, 4)):
        at = rng.randint(0, len(said))
        match rng.randrange(5):
            case 0:
                said[at:at] = rng.choice(PIECES)
            case 1:
                del said[at : at + rng.randint(1, 20)]
            case 2 if at < len(said):
                said[at] = rng.randrange(256)
            case 3:
                said += rng.choice(GOOD)
            case _:
                said[at:at] = said[: rng.randint(0, 40)]
    return bytes(said)


def cut(said: bytes, cuts: Sequence[int]) -> list[bytes]:
    """The same bytes in pieces."""
    edges = [0, *sorted({each % (len(said) + 1) for each in cuts}), len(said)]
    return [said[a:b] for a, b in pairwise(edges) if a < b]


answers = st.one_of(
    st.binary(max_size=400),
    st.integers(0, 2**32).map(lambda seed: mutated(random.Random(seed))),
    st.lists(st.sampled_from([*GOOD, *PIECES]), max_size=8).map(b"".join),
)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def read(pieces: Sequence[bytes]) -> tuple[Answer, bool, str]:
    """What a connection's first answer is, whether it is whole, and whether it is bad."""
    reading = Reading()
    for number, piece in enumerate(pieces):
        try:
            reading.feed(piece) if number else reading.begin(piece)
        except BadAnswer:
            return reading.answer, False, "bad"
        if reading.done:
            break
    return reading.answer, reading.done, ""


@settings(max_examples=400)
@given(answers, st.lists(st.integers(0, 10_000), max_size=12))
def test_an_answer_is_the_same_in_whatever_pieces_it_comes(said: bytes, cuts: list[int]) -> None:
    whole, done, fate = read([said] if said else [])
    again, done_again, fate_again = read(cut(said, cuts))

    assert (done, fate) == (done_again, fate_again)
    for name in ("status", "reason", "headers", "truncated", "length"):
        assert getattr(whole, name) == getattr(again, name), name
    assert bytes(whole.body) == bytes(again.body)


@settings(max_examples=400)
@given(answers, st.lists(answers, max_size=3))
def test_the_same_answer_means_the_same_each_time(said: bytes, others: list[bytes]) -> None:
    """A connection knows its last answer by heart: whatever came between, it is read no differently."""
    expected = read([said])
    reading = Reading()
    for each in [said, said, *others, said, said]:
        if not each:
            continue
        try:
            reading.begin(each)
        except BadAnswer:
            return
        if each == said:
            assert (reading.answer.status, reading.done) == (expected[0].status, expected[1])
            assert (reading.answer.headers, reading.answer.body) == (
                expected[0].headers,
                expected[0].body,
            )
        if not (reading.done and reading.reusable and not reading.unasked):
            return  # such a connection carries nothing more


@settings(max_examples=60)
@given(answers, st.lists(st.integers(0, 10_000), max_size=4), st.sampled_from(["fin", "rst"]))
def test_whatever_comes_there_is_an_outcome_and_nothing_is_left(
    said: bytes, cuts: list[int], end: str
) -> None:
    asyncio.run(_meet([(cut(said, cuts), end)], seconds=SLACK))


def test_of_hundreds_of_seeded_receivers_at_once_none_hangs_raises_or_leaks() -> None:
    for seed in SEEDS:
        rng = random.Random(seed)
        receivers = []
        for _ in range(EACH):
            said = mutated(rng) if rng.random() < 0.8 else rng.randbytes(rng.randint(0, 3000))
            cuts = [rng.randrange(10_000) for _ in range(rng.randint(0, 3))]
            receivers.append((cut(said, cuts), rng.choice(["fin", "rst", "hold"])))
        asyncio.run(_meet(receivers, seconds=DEADLINE))


async def _meet(receivers: Sequence[tuple[list[bytes], str]], seconds: float) -> None:
    """Send to each receiver twice; every outcome is a good record, and nothing stays open."""
    tasks, files = asyncio.all_tasks(), open_files()

    async def script(wire: Wire) -> None:
        request = await wire.request()
        pieces, end = receivers[int(request.headers["webhook-id"])]
        for piece in pieces:
            await wire.say(piece)
            await asyncio.sleep(0)
        if end == "rst":
            wire.reset()
        elif end == "fin":
            wire.writer.close()
        await wire.until_closed()

    async with receiving(script) as receiver:
        async with Sender() as sender:
            for _ in range(2):
                began = perf_counter()
                outcomes = await asyncio.gather(
                    *(
                        sender.send(webhook(receiver, {"webhook-id": str(n)}, timeout=seconds))
                        for n in range(len(receivers))
                    )
                )
                assert perf_counter() - began < seconds + SLACK
                for outcome in outcomes:
                    bounded(outcome)
                    assert outcome.error is None or outcome.error in get_args(ErrorClass)
                    assert outcome.success is (
                        200 <= (outcome.status or 0) < 300 and not outcome.error
                    )
        await until(lambda: not receiver.open)
    await until(lambda: asyncio.all_tasks() == tasks)
    await until(lambda: open_files() <= files)


def test_nothing_of_a_bad_receiver_waits_for_the_garbage_collector() -> None:
    """Else a flood of them would fill the memory between two of its rounds."""
    rng = random.Random(7)
    receivers = [
        (cut(mutated(rng), [rng.randrange(10_000)]), rng.choice(["fin", "rst", "hold"]))
        for _ in range(EACH)
    ]
    gc.collect()
    gc.disable()
    try:
        asyncio.run(_meet(receivers, seconds=DEADLINE))
        left = [each for each in gc.get_objects() if isinstance(each, LIVED)]
    finally:
        gc.enable()

    assert left == []
