"""What one endpoint in ten that hangs for its full time-out costs the other nine."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from statistics import median
from time import perf_counter

from telecine.shared.errors import TelecineError
from telecine.simulations.bench.backlog import To
from telecine.simulations.bench.delivery_measures import Hang, Round
from telecine.simulations.bench.delivery_parts import PATIENCE, Parts
from telecine.simulations.bench.measures import percentile

_POLL = 0.01


async def hang(parts: Parts, without: Sequence[Round], latencies: Sequence[float]) -> Hang:
    """Measure it; `without` and `latencies` are those of the same run while all answer."""
    plan, hung = parts.plan, 0
    rates: list[float] = []
    for _ in range(plan.rounds):
        async with _hanging(parts) as more:
            rates.append(await _round(parts, more))
            hung += (await parts.receiver.ask("count"))["hung"]
    async with _hanging(parts) as more:
        late = percentile(await _stream(parts, more), 0.99)
    usual, on_time = median(each.per_second for each in without), percentile(latencies, 0.99)
    return Hang(
        without_per_second=usual,
        with_per_second=median(rates),
        throughput_kept=median(rates) / usual,
        without_p99_ms=on_time,
        with_p99_ms=late,
        p99_grown=late / on_time,
        hung=hung,
    )


@asynccontextmanager
async def _hanging(parts: Parts) -> AsyncIterator[list[To]]:
    """Have new endpoints that hang, one for nine that answer; they are switched off at the end."""
    number = max(1, len(parts.to) // 9)
    more = await parts.house.endpoints(
        [f"{parts.url}/hang/{parts.owed}/{each}" for each in range(number)]
    )
    yield more
    for each in more:
        await parts.house.switch_off(each)
    await parts.backlog.done(PATIENCE)


async def _round(parts: Parts, more: Sequence[To]) -> float:
    """Answer how many a second come to those who answer, while the others are owed their share."""
    count, backlog = parts.plan.deliveries, parts.backlog
    early = await parts.pile_up(backlog.mixed(count, parts.to, more))
    await backlog.release()
    began = perf_counter()
    while (await parts.receiver.ask("count"))["arrived"] < count:
        if perf_counter() - began > PATIENCE:
            raise TelecineError(f"not all of {count} deliveries came while others hung")
        await asyncio.sleep(_POLL)
    seconds = perf_counter() - began
    await parts.came(count)
    return (count - early) / seconds


async def _stream(parts: Parts, more: Sequence[To]) -> list[float]:
    plan = parts.plan
    return await parts.stream(plan.rate, plan.seconds, more)
