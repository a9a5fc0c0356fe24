"""`bench load`: a burst of uploads, then a steady stream of them, against a house of its own."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any

import httpx

from telecine.delivery.sender import Sender
from telecine.shared.errors import TelecineError
from telecine.simulations.bench.bare import send_all
from telecine.simulations.bench.house_process import house_process
from telecine.simulations.bench.measures import (
    Burst,
    Load,
    Memory,
    Steady,
    machine,
    percentile,
)
from telecine.simulations.bench.memory import resident, watching
from telecine.simulations.bench.target import Target
from telecine.simulations.clients.api import Api

_ABREAST = 64
_TYPES = ["video.uploaded", "video.process_succeeded"]
_PATIENCE = 120.0
_PAGE = 200
_WARM_UP = 20


async def measure(uploads: int, rate: float, seconds: float) -> Load:
    """Measure `uploads` uploads by link as fast as one client can, then `rate` a second for a while.

    Each is owed two webhooks; the encoder is the instant one. Raises TelecineError if the webhooks
    do not come.
    """
    target = Target()
    async with target.listening(), house_process(preset="instant", log_level="warning") as house:
        bare = await _bare(target, 2 * uploads)
        async with (
            httpx.AsyncClient(base_url=house.url, trust_env=False, timeout=60) as http,
            watching(house.pid) as peak,
        ):
            idle = resident(house.pid)
            client = _Client(Api(http, "Bearer demo-key"), target)
            await client.prepare()
            burst = await client.burst(uploads, bare)
            steady = await client.steady(rate, int(rate * seconds))
        return Load(burst, steady, Memory(idle, peak.megabytes), machine())


async def _bare(target: Target, count: int) -> float:
    """Answer the signed POSTs a second that the sender makes with nothing around it."""
    async with Sender() as sender:
        return (await send_all(sender, target.url, count, _ABREAST)).per_second


@dataclass
class _Client:
    api: Api
    target: Target
    made: int = 0

    async def prepare(self) -> None:
        """Have the webhooks sent to the target, and warm up what is slow the first time."""
        self.target.forget()
        body = {"url": self.target.url, "events": _TYPES}
        await self.api.call("POST", "/company/client/webhooks", body)
        await self._all_arrive([await self._upload() for _ in range(_WARM_UP)])

    async def burst(self, uploads: int, bare: float) -> Burst:
        """Send one upload after the other; wait for all their webhooks."""
        self.target.forget()
        began = perf_counter()
        answers = [await self._upload() for _ in range(uploads)]
        uploaded = perf_counter() - began
        await self._all_arrive(answers)
        spent = perf_counter() - began
        owed = 2 * uploads
        return Burst(
            uploads=uploads,
            uploads_per_second=uploads / uploaded,
            answer_p50_ms=percentile(answers, 0.5),
            answer_p99_ms=percentile(answers, 0.99),
            seconds=spent,
            deliveries=owed,
            deliveries_per_second=owed / spent,
            bare_per_second=bare,
            ratio=owed / spent / bare,
            logged=len(await self._recorded()),
            lost=owed - len(self.target.arrivals),
            duplicates=self.target.requests - len(self.target.arrivals),
        )

    async def steady(self, rate: float, uploads: int) -> Steady:
        """Send uploads at a rate, whether or not the one before was answered."""
        self.target.forget()
        began = perf_counter()
        under_way = []
        for number in range(uploads):
            await asyncio.sleep(began + number / rate - perf_counter())
            under_way.append(asyncio.create_task(self._upload()))
        answers = await asyncio.gather(*under_way)
        await self._all_arrive(answers)
        lags = [
            (self.target.arrivals[row["id"]] - _seconds(row["created_at"])) * 1000
            for row in await self._recorded()
            if row["event_type"] == _TYPES[0]
        ]
        return Steady(
            uploads=uploads,
            rate=rate,
            answer_p50_ms=percentile(answers, 0.5),
            answer_p99_ms=percentile(answers, 0.99),
            event_to_receiver_p50_ms=percentile(lags, 0.5),
            event_to_receiver_p99_ms=percentile(lags, 0.99),
            lost=2 * uploads - len(self.target.arrivals),
            duplicates=self.target.requests - len(self.target.arrivals),
        )

    async def _upload(self) -> float:
        """Make one upload; answer the milliseconds until it was answered."""
        self.made += 1
        body = {"title": f"video {self.made}", "url": f"http://example.com/{self.made}.mp4"}
        began = perf_counter()
        await self.api.call("POST", "/company/client/video/stream/copy", body)
        return (perf_counter() - began) * 1000

    async def _all_arrive(self, answers: Sequence[float]) -> None:
        deadline = perf_counter() + _PATIENCE
        while len(self.target.arrivals) < 2 * len(answers):
            if perf_counter() > deadline:
                came = f"{len(self.target.arrivals)} of {2 * len(answers)} webhooks"
                raise TelecineError(f"{came} came within {_PATIENCE:g} s")
            await asyncio.sleep(0.01)

    async def _recorded(self) -> list[dict[str, Any]]:
        """Answer the deliveries that the API shows as succeeded, of those that arrived lately.

        An attempt is on record a moment after its receiver has seen it.
        """
        deadline = perf_counter() + _PATIENCE
        while True:
            found = [row for row in await self._succeeded() if row["id"] in self.target.arrivals]
            if len(found) >= len(self.target.arrivals) or perf_counter() > deadline:
                return found

    async def _succeeded(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        params: dict[str, Any] = {"limit": _PAGE, "state": "succeeded"}
        while len(rows) < len(self.target.arrivals):  # newest first: those behind are older
            page = await self.api.call("GET", "/v1/deliveries", params=params)
            rows += page["deliveries"]
            if not page["cursor"]:
                break
            params["cursor"] = page["cursor"]
        return rows


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
