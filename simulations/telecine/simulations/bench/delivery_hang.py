"""What one endpoint in ten that hangs for its full time-out costs the other nine."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from statistics import median
from time import perf_counter

from telecine.shared.errors import TelecineError
from telecine.simulations.bench.backlog import To
from telecine.simulations.bench.delivery_measures import Hang
from telecine.simulations.bench.delivery_parts import PATIENCE, Parts
from telecine.simulations.bench.measures import percentile

_POLL = 0.01


async def hang(parts: Parts) -> Hang:
    """Measure it: as often as there are rounds, each time without and at once with one that hangs, since
    the machine's own speed may be another one a minute later."""
    rates, lates, hung = [], [], 0
    for _ in range(parts.plan.rounds):
        usual = await _round(parts, ())
        async with _hanging(parts) as more:
            rates.append((usual, await _round(parts, more)))
            hung += (await parts.receiver.ask("count"))["hung"]
    for _ in range(parts.plan.rounds):
        on_time = await _p99(parts, ())
        async with _hanging(parts) as more:
            lates.append((on_time, await _p99(parts, more)))
    return Hang(
        without_per_second=median(without for without, _ in rates),
        with_per_second=median(with_ for _, with_ in rates),
        throughput_kept=median(with_ / without for without, with_ in rates),
        without_p99_ms=median(without for without, _ in lates),
        with_p99_ms=median(with_ for _, with_ in lates),
        p99_grown=median(with_ / without for without, with_ in lates),
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


async def _p99(parts: Parts, more: Sequence[To]) -> float:
    plan = parts.plan
    return percentile(await parts.stream(plan.rate, plan.seconds, more), 0.99)
