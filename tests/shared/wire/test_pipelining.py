"""Publishing many at once: stored in their order, and each with the server's word."""

import asyncio
import os
import signal
from contextlib import suppress

import pytest
from nats.js.errors import APIError

from telecine.shared.errors import Unavailable
from telecine.shared.wire.answers import Stored
from telecine.shared.wire.bus import Bus
from telecine.shared.wire.lean_client import LeanClient, LeanMsg
from telecine.shared.wire.pipelining import NoWord, Outgoing, head_of, read_word
from telecine.simulations.nats_server import EmbeddedNats
from tests.nats import killed
from tests.processes import stands_still
from tests.waiting import until

MANY = 300


def numbered(*numbers: int) -> list[Outgoing]:
    return [Outgoing("due.test.k", str(each).encode(), b"", f"id-{each}") for each in numbers]


async def stored(bus: Bus) -> list[int]:
    """Answer the numbers in the stream, in its order."""
    count = (await bus.js.stream_info("DUE")).state.messages
    found = [await bus.js.get_msg("DUE", sequence) for sequence in range(1, count + 1)]
    return [int(each.data or b"") for each in found]


async def test_messages_are_stored_in_the_order_in_which_they_were_given(bus: Bus) -> None:
    answered = await bus.publish_all(numbered(*range(MANY)))

    assert [each.sequence for each in answered] == list(range(1, MANY + 1))
    assert await stored(bus) == list(range(MANY))


async def test_groups_side_by_side_get_their_own_words(bus: Bus) -> None:
    groups = [numbered(*range(start, start + 50)) for start in range(0, 200, 50)]

    answered = await asyncio.gather(*map(bus.publish_all, groups))

    places = await stored(bus)
    for group, words in zip(groups, answered, strict=True):
        assert [places[each.sequence - 1] for each in words] == [int(m.body) for m in group]


async def test_what_was_stored_before_is_known_and_stored_once(bus: Bus) -> None:
    await bus.publish_all(numbered(1, 2))

    again = await bus.publish_all(numbered(1, 2, 3))

    assert [each.duplicate for each in again] == [True, True, False]
    assert await stored(bus) == [1, 2, 3]


async def test_one_that_no_stream_takes_makes_the_group_unavailable(bus: Bus) -> None:
    with pytest.raises(Unavailable):
        await bus.publish_all(
            [*numbered(1), Outgoing("nowhere.at.all", b"", b"", "n"), *numbered(2)]
        )


async def test_one_that_is_too_large_makes_the_group_unavailable(bus: Bus) -> None:
    large = Outgoing("due.test.k", b"x" * (1024 * 1024 + 1), b"", "large")

    with pytest.raises(Unavailable):
        await bus.publish_all([*numbered(1), large])


async def test_who_waits_is_told_when_the_connection_is_lost(
    server: EmbeddedNats, bus: Bus
) -> None:
    await bus.publish_all(numbered(0))
    os.kill(server.pid, signal.SIGSTOP)
    await until(lambda: stands_still(server.pid))  # it will not answer
    publishing = asyncio.create_task(bus.publish_all(numbered(1, 2, 3)))
    # All of it must have left us: what has not goes to the next server, and is stored there.
    await until(lambda: bus._pipeline._groups and not bus.client.pending_data_size)

    await killed(server, bus)

    with pytest.raises(Unavailable):
        await publishing
    await until(lambda: _published(bus, 1, 2, 3))  # a server that has just begun knows no streams
    assert (await stored(bus))[-3:] == [1, 2, 3]


async def _published(bus: Bus, *numbers: int) -> bool:
    with suppress(Unavailable):
        await bus.publish_all(numbered(*numbers))
        return True
    return False


async def test_each_message_is_counted_with_what_became_of_it(bus: Bus) -> None:
    await bus.publish_all(numbered(1, 2))
    await bus.publish_all(numbered(2, 3))

    counts = bus.metrics.counter("telecine_messages_published_total", "", "type", "outcome")
    found = {
        sample.labels["outcome"]: sample.value
        for sample in next(iter(counts.collect())).samples
        if sample.name.endswith("_total")
    }
    assert found == {"stored": 3, "duplicate": 1}


async def test_headers_arrive_as_they_were_given_in_one_line_each(bus: Bus) -> None:
    headers = {"ce-id": "1", "telecine-x": "one\r\nevil: yes "}
    await bus.publish_all([Outgoing("due.test.k", b"body", head_of(headers), "id-1")])

    found = await bus.js.get_msg("DUE", 1)

    assert found.headers == {
        "ce-id": "1",
        "telecine-x": "one  evil: yes",
        "Nats-Msg-Id": "id-1",
    }


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (b'{"stream":"DUE", "seq":7}', Stored("DUE", 7, False)),
        (b'{"stream":"DUE", "seq":7,"duplicate": true}', Stored("DUE", 7, True)),
        (b'{"stream":"DUE", "seq":7,"domain":"hub"}', Stored("DUE", 7, False)),
        (b'{"error":{"code":400,"err_code":10077,"description":"full"},"seq":0}', APIError),
        (b'{"error":{"code":200,"err_code":1,"description":"odd"}}', APIError),
        (b"", NoWord),
    ],
)
def test_the_server_s_word_is_read_as_what_it_means(said: bytes, meant: Stored | type) -> None:
    word = read_word(LeanMsg(LeanClient(), "inbox.1.0", "", said, b""))

    assert word == meant if isinstance(meant, Stored) else isinstance(word, meant)
