"""Whether an endpoint's URL may be kept: what its host spells out or leads to, asked in time."""

import asyncio
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest

from telecine.shared.errors import Refusal
from telecine.shared.sending.egress import OPEN, policy
from telecine.shared.sending.names import Names, Resolver
from telecine.subscriptions import reach
from telecine.subscriptions.reach import ensure_reachable
from tests.waiting import until

PUBLIC = policy("public")


def leading_to(*addresses: str) -> Resolver:
    async def resolve(host: str) -> list[str]:
        return list(addresses)

    return resolve


def failing_with(error: Callable[[], Exception]) -> Resolver:
    async def resolve(host: str) -> list[str]:
        raise error()

    return resolve


async def refusal(url: str, resolve: Resolver) -> Refusal:
    with pytest.raises(Refusal) as refused:
        await ensure_reachable(url, egress=PUBLIC, resolve=resolve)
    return refused.value


async def test_name_with_global_addresses_is_taken() -> None:
    await ensure_reachable(
        "https://shop.example/hook", egress=PUBLIC, resolve=leading_to("8.8.8.8", "2600::1")
    )


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
    await ensure_reachable("https://not-yet.example/", egress=PUBLIC, resolve=failing_with(error))


async def test_name_server_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(_: str) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(reach, "PATIENCE", 0.01)

    await ensure_reachable("https://slow.example/", egress=PUBLIC, resolve=hang)


async def test_open_house_asks_nobody() -> None:
    await ensure_reachable("http://127.0.0.1/", egress=OPEN, resolve=failing_with(AssertionError))


async def test_the_system_knows_localhost() -> None:
    await refusal("http://localhost/", Names())


async def test_name_servers_that_hang_hold_up_no_other_thread_and_are_asked_by_few(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reach, "PATIENCE", 0.05)
    asked: list[str] = []
    let_go = Event()

    def look_up(host: str) -> list[str]:
        asked.append(host)
        let_go.wait(30)
        return ["127.0.0.1"]

    find = Names(look_up, abreast=9)
    urls = [f"http://slow{n}.example/" for n in range(8)]
    await asyncio.gather(*(ensure_reachable(u, egress=PUBLIC, resolve=find) for u in urls * 2))

    await asyncio.wait_for(asyncio.to_thread(str), 10)
    for host in ("slow8.example", "slow9.example"):
        await ensure_reachable(f"http://{host}/", egress=PUBLIC, resolve=find)
    await until(lambda: len(asked) == 9)
    await find.close()
    let_go.set()

    assert sorted(asked) == [f"slow{n}.example" for n in range(9)]
