"""Whether an endpoint's URL may be kept: what its host spells out or leads to, asked in time."""

import asyncio
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest

from telecine.shared.errors import Refusal
from telecine.shared.sending.addresses import Address
from telecine.shared.sending.egress import OPEN, policy
from telecine.subscriptions import reach
from telecine.subscriptions.reach import Resolve, ensure_reachable, resolved

PUBLIC = policy("public")


def leading_to(*addresses: str) -> Resolve:
    async def resolve(host: str) -> list[Address]:
        return [ip_address(each) for each in addresses]

    return resolve


def failing_with(error: Callable[[], Exception]) -> Resolve:
    async def resolve(host: str) -> list[Address]:
        raise error()

    return resolve


async def refusal(url: str, resolve: Resolve) -> Refusal:
    with pytest.raises(Refusal) as refused:
        await ensure_reachable(url, PUBLIC, resolve)
    return refused.value


async def test_name_with_global_addresses_is_taken() -> None:
    await ensure_reachable("https://shop.example/hook", PUBLIC, leading_to("8.8.8.8", "2600::1"))


async def test_name_with_one_forbidden_address_is_refused_by_its_field() -> None:
    refused = await refusal("https://shop.example/", leading_to("8.8.8.8", "10.0.0.5"))

    assert (refused.code, refused.field) == ("invalid", "url")
    assert "not a global one" in refused.message
    assert "TELECINE_EGRESS (public)" in refused.message
    assert "10.0.0.5" not in refused.message, "what a name stands for inside is not the owner's"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f.1", "0177.1", "127.0.0.1.", "[::1]", "[::ffff:10.0.0.1]"],
)
async def test_address_in_any_spelling_is_refused_without_asking_anybody(host: str) -> None:
    await refusal(f"http://{host}:8080/hook", failing_with(AssertionError))


@pytest.mark.parametrize("error", [OSError, UnicodeError, TimeoutError])
async def test_name_that_does_not_resolve_is_taken(error: type[Exception]) -> None:
    await ensure_reachable("https://not-yet.example/", PUBLIC, failing_with(error))


async def test_name_server_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(_: str) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(reach, "PATIENCE", 0.01)

    await ensure_reachable("https://slow.example/", PUBLIC, hang)


async def test_open_house_asks_nobody() -> None:
    await ensure_reachable("http://127.0.0.1/", OPEN, failing_with(AssertionError))


async def test_the_system_knows_localhost() -> None:
    assert {address.is_loopback for address in await resolved("localhost")} == {True}
