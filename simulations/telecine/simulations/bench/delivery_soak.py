"""The workers' memory while they work for long."""

import asyncio

from telecine.shared.tasks import alongside
from telecine.simulations.bench.delivery_measures import Soak
from telecine.simulations.bench.delivery_parts import Parts

_EVERY = 1.0


async def soak(parts: Parts) -> Soak:
    """Owe at the plan's rate for as long as it says, and watch their memory."""
    plan, samples = parts.plan, list[float]()

    async def watch() -> None:
        while True:
            samples.append(parts.workers.megabytes())
            await asyncio.sleep(_EVERY)

    async with alongside("memory of the workers", watch()):
        await parts.stream(plan.rate, plan.soak)
    tenth = max(1, len(samples) // 10)
    first, last = samples[tenth : 2 * tenth] or samples, samples[-tenth:]
    return Soak(
        seconds=plan.soak,
        rate=plan.rate,
        first_mb=sum(first) / len(first),
        last_mb=sum(last) / len(last),
        peak_mb=max(samples),
        grown_mb=sum(last) / len(last) - sum(first) / len(first),
        samples_mb=tuple(samples),
    )
