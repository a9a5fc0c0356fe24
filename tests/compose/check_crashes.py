"""Everything is killed with SIGKILL, one after the other, in the middle of a burst; nothing is lost."""

import asyncio
import functools
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from telecine.simulations.receiver import Answer, Receiver
from tests.compose.containers import (
    containers,
    doors,
    healthy,
    kill,
    outside,
    ready,
    start,
    verify,
)
from tests.customer import BEARER, KEY, OMEGA, TPSTREAMS, Customer
from tests.waiting import until

#: Services of which another copy goes on when one is killed.
TWICE = ("ingest", "subscriptions", "transcoder", "delivery", "clock")
ALL = (*TWICE, "gateway", "gateway-2", "nats", "postgres")
CLIENTS, PAUSE = 4, 0.5  # uploads side by side, and seconds between two of one client
AT_ONCE = 10  # uploads that must be accepted between two kills
TYPES = ("video.uploaded", "video.process_succeeded", "video.process_failed")


class Burst:
    """Clients that upload until they are told to stop; each wish is repeated until it is accepted."""

    def __init__(self, customers: list[Customer], receiver: Receiver) -> None:
        self.accepted: dict[str, int] = {}
        self.over = asyncio.Event()
        self._receiver = receiver
        self._read = 0
        self._processed: set[str] = set()
        self._customers = customers
        self._name = uuid4().hex
        self._numbers = iter(range(100_000))

    async def client(self, number: int) -> None:
        while not self.over.is_set():
            await self._upload(next(self._numbers), number)
            await asyncio.sleep(PAUSE)  # the rate of a client, not a wait for anything

    async def _upload(self, number: int, client: int) -> None:
        wish = "?sim=fail:unsupported_codec" if number % 10 == 0 else ""
        body = {"url": f"http://example.com/{number}.mp4{wish}", "title": f"video {number}"}
        headers = {**BEARER, "idempotency-key": f"{self._name}-{number}"}
        tried = iter(range(client, 100_000))

        async def accepted() -> str | None:
            http = self._customers[next(tried) % len(self._customers)].http
            try:
                path = f"{OMEGA}/video/stream/copy"
                answer = await http.post(path, json=body, headers=headers)
            except httpx.TransportError:
                return None
            assert answer.status_code in {200, 503}, answer.text
            return str(answer.json()["uuid"]) if answer.status_code == 200 else None

        video = str(await until(accepted, deadline=120, poll=0.1))
        self.accepted[video] = number

    async def goes_on(self, more: int = AT_ONCE) -> None:
        """Wait until so many more uploads were accepted, and one of them is heard to be processed."""
        before = set(self.accepted)
        await until(lambda: len(self.accepted) >= len(before) + more, deadline=120)
        await until(lambda: self._heard() & (self.accepted.keys() - before), deadline=120)

    def _heard(self) -> set[str]:
        """Answer the videos that /hook was told are processed."""
        for received in self._receiver.at("/hook")[self._read :]:
            self._read += 1
            body = received.json()
            if body["type"] != "video.uploaded":
                self._processed.add(body["data"]["video"]["uuid"])
        return self._processed


async def kill_everything(burst: Burst, https: list[httpx.AsyncClient]) -> None:
    """Kill one copy and let the other go on; then kill whole services, and start them again."""
    await burst.goes_on()
    for service in TWICE:
        for copy in await containers(service):
            await kill(copy)
            await burst.goes_on()
            await start(copy)
            await until(functools.partial(healthy, copy), deadline=120, poll=0.5)
        print(f"{service}: each copy was killed, and the house went on", flush=True)
    await ready(https)
    for service in ALL:
        ids = await containers(service)
        await kill(*ids)
        await start(*ids)
        await ready(https)
        await burst.goes_on()
        print(f"{service}: killed and started again", flush=True)


async def everything(customer: Customer, endpoint: str) -> list[dict[str, Any]]:
    """Answer every delivery of an endpoint."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        params = {"limit": "200", "endpoint_id": endpoint, **cursor}
        page = await customer.call("GET", "/v1/deliveries", params=params)
        found += page["deliveries"]
        if not page["cursor"]:
            return found
        cursor = {"cursor": page["cursor"]}


async def statuses(customer: Customer, videos: dict[str, int]) -> Counter[str]:
    async def status(video: str) -> str:
        return str((await customer.call("GET", f"{OMEGA}/video/{video}"))["status"])

    gate = asyncio.Semaphore(8)

    async def gated(video: str) -> str:
        async with gate:
            return await status(video)

    return Counter(await asyncio.gather(*(gated(video) for video in videos)))


def all_delivered(customer: Customer, owed: dict[str, int]) -> Callable[[], Any]:
    """Whether every endpoint's deliveries are all there, each one succeeded."""

    async def delivered() -> bool:
        for endpoint, count in owed.items():
            states = Counter(each["state"] for each in await everything(customer, endpoint))
            if states != {"succeeded": count}:
                print(endpoint, states, "of", count, flush=True)
                return False
        return True

    return delivered


async def gone(customer: Customer, school: str, *endpoints: str) -> None:
    """Delete the endpoints, so that a house that goes on owes them nothing more."""
    for endpoint in endpoints:
        await customer.delete(endpoint)
    headers = {"authorization": f"Token {KEY}"}
    await customer.http.delete(f"{TPSTREAMS}/webhooks/{school}/", headers=headers)


def told(receiver: Receiver, path: str) -> Counter[str]:
    """Count the requests of each webhook that a path was sent."""
    return Counter(each.headers["webhook-id"] for each in receiver.at(path))


@pytest.mark.timeout(1800)
async def test_nothing_is_lost_when_everything_is_killed_in_turn() -> None:
    async with doors() as customers, outside() as receiver:
        customer, https = customers[0], [each.http for each in customers]
        hook = await customer.endpoint(receiver.on("/hook"), *TYPES)
        school = await customer.tpstreams_endpoint(receiver.on("/school"), "token")
        shaky_url = receiver.on("/shaky", Answer(500), Answer())
        shaky = await customer.endpoint(shaky_url, "video.process_succeeded")
        burst = Burst(customers, receiver)

        clients = [asyncio.create_task(burst.client(number)) for number in range(CLIENTS)]
        killing = asyncio.create_task(kill_everything(burst, https))
        await asyncio.wait([killing, *clients], return_when=asyncio.FIRST_COMPLETED)
        burst.over.set()
        await asyncio.gather(killing, *clients)

        uploads = len(burst.accepted)
        failed = sum(number % 10 == 0 for number in burst.accepted.values())
        expected = Counter({"process-completed": uploads - failed, "process-failed": failed})

        async def all_ended() -> bool:
            return await statuses(customer, burst.accepted) == expected

        await until(all_ended, deadline=120, poll=1)
        # An endpoint of TPStreams hears Queued, Transcoding and how it ended.
        owed = {hook: 2 * uploads, school: 3 * uploads, shaky: uploads - failed}
        await until(all_delivered(customer, owed), deadline=180, poll=1)
        rows = {each: await everything(customer, each) for each in owed}
        status, output = await verify()

        for endpoint, path in ((hook, "/hook"), (school, "/school"), (shaky, "/shaky")):
            ids = [row["id"] for row in rows[endpoint]]
            assert len(set(ids)) == len(ids)
            assert set(told(receiver, path)) == set(ids), "each came, and none that is not owed"
            assert {row["video_id"] for row in rows[endpoint]} <= set(burst.accepted)
        await gone(customer, school, hook, shaky)
        each_once = Counter((row["video_id"], row["event_type"]) for row in rows[hook])
        assert set(each_once.values()) == {1}
        assert min(told(receiver, "/shaky").values()) >= 2, "the first one is refused"
        assert status == 0, output
        repeats = sum(told(receiver, "/hook").values()) - len(rows[hook])
        print(f"{uploads} uploads, {repeats} repeated requests at /hook", flush=True)
