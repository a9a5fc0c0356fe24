"""The sender keeps to its egress policy: no connection stands that the policy forbids."""

import pytest

from telecine.delivery.sender import Sender
from telecine.shared.sending.egress import policy
from tests.delivery.receivers import OK, answering, receiving, webhook

#: 127.0.0.1 is where the tests' receivers listen, and 127.0.0.2 is a forbidden neighbour.
HERE = policy("127.0.0.1/32")


class Names:
    """A name server that gives one answer after the other, the last one for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = answers
        self.asked = 0

    async def __call__(self, host: str) -> list[str]:
        addresses = self._answers[min(self.asked, len(self._answers) - 1)]
        self.asked += 1
        return addresses


async def test_an_allowed_address_is_called_under_the_name_of_the_url() -> None:
    names = Names(["127.0.0.1"])
    async with (
        receiving(answering(OK)) as receiver,
        Sender(egress=HERE, resolver=names) as sender,
    ):
        outcome = await sender.send(webhook(receiver.url.replace("127.0.0.1", "hook.invalid")))

    assert outcome.success
    assert outcome.address == receiver.address
    assert receiver.requests[0].headers["host"] == f"hook.invalid:{receiver.port}"


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.2"],
        ["127.0.0.1", "127.0.0.2"],
        ["127.0.0.2", "127.0.0.1"],
        ["127.0.0.1", "::ffff:127.0.0.2"],
        ["127.0.0.1", "fe80::1%1"],
    ],
    ids=["alone", "last", "first", "mapped", "link-local"],
)
async def test_one_forbidden_address_in_an_answer_spoils_it_all(addresses: list[str]) -> None:
    async with (
        receiving(answering(OK)) as receiver,
        Sender(egress=HERE, resolver=Names(addresses)) as sender,
    ):
        outcome = await sender.send(webhook(receiver.url.replace("127.0.0.1", "hook.invalid")))

    assert (outcome.success, outcome.error, outcome.status) == (False, "egress", None)
    assert outcome.message.startswith("hook.invalid leads to an address that is ")
    assert "127.0.0" not in outcome.message, "what a name stands for inside is not the owner's"
    assert receiver.connections == 0


async def test_a_name_that_moves_away_is_not_followed() -> None:
    names = Names(["127.0.0.1"], ["127.0.0.2"])
    async with receiving(answering(OK)) as receiver:
        url = receiver.url.replace("127.0.0.1", "hook.invalid")
        async with Sender(egress=HERE, resolver=names) as sender:
            first = await sender.send(webhook(url))
        async with Sender(egress=HERE, resolver=names) as sender:  # nothing cached, no connection
            second = await sender.send(webhook(url))

    assert (first.error, second.error) == (None, "egress")
    assert names.asked == 2, "one question a connection: what was vetted is what is called"
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("host", ["127.0.0.2", "[::1]", "[::ffff:127.0.0.2]", "[fe80::1%251]"])
async def test_an_address_written_in_the_url_is_vetted_too(host: str) -> None:
    async with receiving(answering(OK)) as receiver, Sender(egress=HERE) as sender:
        outcome = await sender.send(webhook(f"http://{host}:{receiver.port}/"))

    assert (outcome.success, outcome.error) == (False, "egress")
    assert receiver.connections == 0


@pytest.mark.parametrize("host", ["2130706434", "0x7f.2", "0177.0.0.2", "127.2"])
async def test_an_old_spelling_does_not_get_past_it(host: str) -> None:
    async with receiving(answering(OK)) as receiver, Sender(egress=HERE) as sender:
        outcome = await sender.send(webhook(f"http://{host}:{receiver.port}/"))

    assert outcome.error == "protocol"
    assert f"write the address {host} as 192.0.2.1" in outcome.message
    assert receiver.connections == 0


async def test_localhost_is_not_global() -> None:
    async with receiving(answering(OK)) as receiver, Sender(egress=policy("public")) as sender:
        outcome = await sender.send(webhook(receiver.url.replace("127.0.0.1", "localhost")))

    assert outcome.error == "egress"
    assert outcome.message == (
        "localhost leads to an address that is not a global one, "
        "and the egress policy (public) forbids it"
    )
    assert receiver.connections == 0
