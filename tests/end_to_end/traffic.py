"""Customers who upload whatever happens: each asks again under one key until the house accepts it."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from tests.customer import BEARER, OMEGA, TPSTREAMS
from tests.platforms.tpstreams.calling import KEY

#: Wall seconds between two new uploads.
PACE = 0.05
#: Uploads that wait for an answer at once, at most: more would only keep the machine from answering.
MOST = 40


@dataclass
class Traffic:
    """What was asked and answered. `accepted` are the uuids of videos; both platforms take turns."""

    http: httpx.AsyncClient
    answers: list[httpx.Response] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    ready: list[int] = field(default_factory=list)

    def refusals(self) -> list[httpx.Response]:
        return [each for each in self.answers if each.status_code == 503]

    def check_answers(self) -> None:
        """Whatever was answered is a yes, or says in the platform's words to try again."""
        assert set(Counter(each.status_code for each in self.answers)) <= {200, 201, 503}
        for each in self.refusals():
            key = "message" if each.request.url.path.startswith("/company") else "detail"
            assert list(each.json()) == [key]
            assert each.headers["retry-after"]
        assert len(set(self.accepted)) == len(self.accepted)

    async def upload(self, number: int) -> None:
        """Upload one video by link, and ask again until it is accepted."""
        while True:
            answer = await self._ask(number)
            self.answers.append(answer)
            if answer.status_code != 503:
                body = answer.json()
                self.accepted.append(body["uuid"] if "uuid" in body else body["id"])
                return
            await asyncio.sleep(0.2)

    async def _ask(self, number: int) -> httpx.Response:
        key, link = {"idempotency-key": f"upload-{number}"}, f"http://example.com/{number}.mp4"
        if number % 2:
            body: dict[str, object] = {"url": link, "title": f"clip {number}"}
            path = f"{OMEGA}/video/stream/copy"
            return await self.http.post(path, json=body, headers={**BEARER, **key})
        body = {"inputs": [{"url": link}], "resolutions": ["240p"]}
        path = f"{TPSTREAMS}/assets/videos/"
        return await self.http.post(path, json=body, headers={**KEY, **key})

    async def watch(self) -> None:
        """Ask all the time whether the house is ready."""
        while True:
            self.ready.append((await self.http.get("/readyz")).status_code)
            await asyncio.sleep(PACE)


@asynccontextmanager
async def traffic(http: httpx.AsyncClient) -> AsyncIterator[Traffic]:
    """Upload while the block lasts; it ends when every upload that was begun was accepted."""
    seen = Traffic(http)
    uploads: set[asyncio.Task[None]] = set()

    async def begin() -> None:
        for number in itertools.count():
            if len(uploads) - len(seen.accepted) < MOST:
                uploads.add(asyncio.create_task(seen.upload(number)))
            await asyncio.sleep(PACE)

    background = [asyncio.create_task(each) for each in (begin(), seen.watch())]
    try:
        yield seen
        background[0].cancel()
        await asyncio.wait_for(asyncio.gather(*uploads), 60)
    finally:
        for task in (*background, *uploads):
            task.cancel()
        await asyncio.gather(*background, *uploads, return_exceptions=True)
