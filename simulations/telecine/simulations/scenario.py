"""A scenario: uploads through a house's public API, and what must be true at the end.

A scenario is a Python file with one function; `telecine simulate` runs it:

    async def run(scenario: Scenario, count: int = 10) -> None:
        shop = await scenario.omega.create_endpoint(scenario.receiver.on("/shop"))
        titles = [f"Video {number}" for number in range(count)]
        videos = await scenario.each(titles, scenario.omega.upload_link)
        await scenario.must_receive(shop, 2 * count)
        scenario.must_tell(shop, videos, "video.uploaded", "video.process_succeeded")

Its parameters behind the first are options (`count=40`). It fails by an expectation that does not
hold, and also if it states none.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any, TypeVar

from telecine.simulations.clients.customer import Customer
from telecine.simulations.clients.things import Endpoint, Video
from telecine.simulations.expectations import ExpectationFailed, Expectations
from telecine.simulations.hearing import Hearing, Webhook, said_of
from telecine.simulations.receiver import Received, Receiver
from telecine.simulations.signatures import forgery

T = TypeVar("T")
R = TypeVar("R")

_POLL = 0.05  # seconds between two questions to the house


class Scenario:
    """One run of a script against one house: whom it can call, and how it states facts.

    `omega`, `tpstreams` and `control` are the house's APIs for one organisation; `receiver` is
    the server that its endpoints point at; `must` and `must_each` state facts.
    """

    def __init__(self, customer: Customer, receiver: Receiver, say: Callable[[str], None]) -> None:
        self.omega = customer.omega
        self.tpstreams = customer.tpstreams
        self.control = customer.control
        self.receiver = receiver
        self.say = say
        self.expectations = Expectations(say)
        self.must = self.expectations.must
        self.must_each = self.expectations.must_each
        self._customer = customer
        self._hearings: dict[str, Hearing] = {}

    # -- doing -----------------------------------------------------------------------------------

    async def each(
        self, things: Sequence[T], call: Callable[[T], Awaitable[R]], at_once: int = 32
    ) -> list[R]:
        """Call for every thing, at most `at_once` side by side; the answers are in its order."""
        gate = asyncio.Semaphore(at_once)

        async def one(thing: T) -> R:
            async with gate:
                return await call(thing)

        tasks = [asyncio.create_task(one(thing)) for thing in things]
        try:
            return await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    def clock(self, speed: float) -> AbstractAsyncContextManager[None]:
        """Let virtual time run at a speed while the block lasts, then as before."""
        self.say(f"PUT /v1/clock: {speed:g} virtual seconds a second")
        return self.control.clock(speed)

    @asynccontextmanager
    async def receiver_down(self) -> AsyncIterator[None]:
        """Have nobody listen at the receiver's port while the block lasts."""
        await self.receiver.__aexit__(None, None, None)
        try:
            yield
        finally:
            await self.receiver.__aenter__()

    # -- looking ---------------------------------------------------------------------------------

    async def secret_of(self, endpoint: Endpoint) -> str:
        """Answer the secret that an endpoint's webhooks are signed with."""
        return await self.control.secret_of(endpoint)

    async def deliveries(self, endpoint: Endpoint) -> list[dict[str, Any]]:
        """Answer what the house has on record of this scenario's videos for an endpoint."""
        every = await self.control.deliveries(endpoint_id=endpoint.id)
        return [each for each in every if each["video_id"] in self._customer.ledger.videos]

    def endpoints(self) -> list[Endpoint]:
        """Answer the endpoints that this scenario made."""
        return list(self._customer.ledger.endpoints.values())

    def told(self, endpoint: Endpoint) -> list[Webhook]:
        """Answer what an endpoint was told so far about this scenario's videos."""
        hearing = self._hearings.setdefault(endpoint.id, Hearing(self.receiver, endpoint))
        return hearing.webhooks(self._customer.ledger.videos)

    def requests(self, endpoint: Endpoint) -> list[Received]:
        """Answer the same, request by request."""
        return [request for webhook in self.told(endpoint) for request in webhook.requests]

    # -- stating ---------------------------------------------------------------------------------

    async def until(
        self, fact: str, holds: Callable[[], Awaitable[bool]], deadline: float = 30.0
    ) -> None:
        """Wait for a fact, and fail if it is none after `deadline` seconds."""
        end = time.monotonic() + deadline
        while not await holds():
            if time.monotonic() > end:
                raise ExpectationFailed(fact, f"not so within {deadline:g} s")
            await asyncio.sleep(_POLL)
        self.must(fact, True, "")

    async def must_receive(
        self, endpoint: Endpoint, count: int, *, attempts: int = 1, deadline: float = 60.0
    ) -> list[Webhook]:
        """Wait until an endpoint has so many webhooks and the house counts them as delivered.

        Exactly `count` webhooks about this scenario's videos, each in exactly `attempts` requests.
        """
        if count < 1:
            raise ExpectationFailed(f"{endpoint.path} receives webhooks", f"{count} are awaited")
        with suppress(TimeoutError):
            await self.receiver.wait(lambda _: self._has(endpoint, count, attempts), deadline)
        told = self.told(endpoint)
        exact = len(told) == count and all(len(each.requests) == attempts for each in told)
        self.must(
            f"{endpoint.path} receives {count} webhooks, {attempts} request(s) each",
            exact,
            f"{len(told)} webhooks in {len(self.requests(endpoint))} requests",
        )
        await self._must_be_recorded(endpoint, {each.id for each in told}, deadline)
        return told

    def must_tell(self, endpoint: Endpoint, videos: Sequence[Video], *says: str) -> None:
        """State that an endpoint was told exactly this of each video, in whatever order."""
        said = said_of(self.told(endpoint))
        self.must_each(
            f"{endpoint.path} is told of each of {len(videos)} videos: {', '.join(says)}",
            videos,
            lambda video: said.get(video.id) == sorted(says),
            lambda video: f"{video.title!r} {said.get(video.id, 'nothing')}",
        )

    async def must_be_signed(self, endpoint: Endpoint) -> None:
        """State that every request that came to an endpoint proves who sent it."""
        secret, requests = await self.secret_of(endpoint), self.requests(endpoint)
        wrong = {id(each): forgery(each, endpoint, secret) for each in requests}
        self.must_each(
            f"all {len(requests)} requests at {endpoint.path} bear good signatures",
            requests,
            lambda each: wrong[id(each)] is None,
            lambda each: f"{each.headers['webhook-id']}: {wrong[id(each)]}",
        )

    def _has(self, endpoint: Endpoint, count: int, attempts: int) -> bool:
        if len(self.receiver.at(endpoint.path)) < count * attempts:
            return False  # cheap, and asked at every request of a burst
        told = self.told(endpoint)
        return len(told) >= count and all(len(each.requests) >= attempts for each in told)

    async def _must_be_recorded(
        self, endpoint: Endpoint, webhooks: set[str], deadline: float
    ) -> None:
        async def recorded() -> bool:
            found = await self.deliveries(endpoint)
            good = {each["id"] for each in found if each["state"] == "succeeded"}
            return good == webhooks and len(found) == len(webhooks)

        fact = f"the house counts these {len(webhooks)} as delivered, and owes no others"
        await self.until(fact, recorded, deadline)
