"""One run: the bare sender against the receiver, then the whole house against the same one."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any

import httpx

from telecine.delivery.sender import Sender, WebhookRequest
from telecine.delivery.signing import webhook_headers
from telecine.shared.errors import TelecineError
from telecine.shared.settings import Settings
from telecine.simulations.bench.measures import Measures, percentile
from telecine.simulations.bench.target import Target
from telecine.simulations.clients.api import Api
from telecine.simulations.own_house import own_house

_ABREAST = 64
_BODY = b"x" * 1500
_SECRET = "whsec_" + "A" * 43 + "="
_TYPES = ["video.uploaded", "video.process_succeeded"]
_PATIENCE = 120.0


async def measure(uploads: int) -> Measures:
    """Measure `uploads` uploads by link, each owed two webhooks, with the instant encoder."""
    target = Target()
    async with target.listening():
        bare = await _bare(target, 2 * uploads)
        target.arrivals.clear()
        target.requests = 0
        settings = Settings(preset="instant", log_level="warning")
        async with (
            own_house(settings) as house,
            httpx.AsyncClient(base_url=house.url, trust_env=False, timeout=30) as http,
        ):
            load = _Load(Api(http, "Bearer demo-key"), target, uploads)
            return await load.run(bare)


async def _bare(target: Target, count: int) -> float:
    """Answer the signed POSTs a second that the sender makes with nothing around it."""
    numbers = iter(range(count))

    async def send(sender: Sender) -> None:
        for number in numbers:
            headers = webhook_headers(_SECRET, f"bare-{number}", 1, _BODY)
            await sender.send(WebhookRequest(target.url, headers, _BODY, 15))

    async with Sender() as sender:
        began = perf_counter()
        await asyncio.gather(*(send(sender) for _ in range(_ABREAST)))
        return count / (perf_counter() - began)


@dataclass
class _Load:
    api: Api
    target: Target
    uploads: int

    async def run(self, bare: float) -> Measures:
        await self.api.call(
            "POST", "/company/client/webhooks", {"url": self.target.url, "events": _TYPES}
        )
        began = perf_counter()
        answers = [await self._upload(number) for number in range(self.uploads)]
        uploaded = perf_counter() - began
        await self._until_all_arrived()
        spent = perf_counter() - began
        lags = await self._lags()
        owed = 2 * self.uploads
        return Measures(
            uploads=self.uploads,
            uploads_per_second=self.uploads / uploaded,
            answer_p50_ms=percentile(answers, 0.5),
            answer_p99_ms=percentile(answers, 0.99),
            deliveries=owed,
            deliveries_per_second=owed / spent,
            bare_per_second=bare,
            ratio=owed / spent / bare,
            event_to_receiver_p50_ms=percentile(lags, 0.5),
            event_to_receiver_p99_ms=percentile(lags, 0.99),
            lost=owed - len(self.target.arrivals),
            duplicates=self.target.requests - len(self.target.arrivals),
        )

    async def _upload(self, number: int) -> float:
        body = {"title": f"video {number}", "url": f"http://example.com/{number}.mp4"}
        began = perf_counter()
        await self.api.call("POST", "/company/client/video/stream/copy", body)
        return (perf_counter() - began) * 1000

    async def _until_all_arrived(self) -> None:
        deadline = perf_counter() + _PATIENCE
        while len(self.target.arrivals) < 2 * self.uploads:
            if perf_counter() > deadline:
                raise TelecineError(f"{len(self.target.arrivals)} webhooks in {_PATIENCE:g} s")
            await asyncio.sleep(0.01)

    async def _lags(self) -> list[float]:
        """Answer the milliseconds from each first fact to its webhook at the receiver."""
        lags: list[float] = []
        page: dict[str, Any] = {"cursor": None}
        while True:
            params = {"limit": 200, "type": "video.uploaded"}
            cursor = {"cursor": page["cursor"]} if page["cursor"] else {}
            page = await self.api.call("GET", "/v1/deliveries", params={**params, **cursor})
            for row in page["deliveries"]:
                at = datetime.fromisoformat(row["created_at"]).timestamp()
                if row["id"] in self.target.arrivals:
                    lags.append((self.target.arrivals[row["id"]] - at) * 1000)
            if not page["cursor"]:
                return lags
