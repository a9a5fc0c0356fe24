"""`bench delivery`: the bare sender and the whole pipeline, side by side, against one receiver."""

from collections.abc import Sequence
from statistics import median
from time import perf_counter

from telecine.simulations.bench.delivery_hang import hang
from telecine.simulations.bench.delivery_measures import Delivery, Round
from telecine.simulations.bench.delivery_parts import PATIENCE, Parts, parts
from telecine.simulations.bench.delivery_plan import Plan
from telecine.simulations.bench.delivery_soak import soak
from telecine.simulations.bench.measures import machine, percentile

_WARM_UP = 500


async def measure(plan: Plan) -> Delivery:
    """Measure once. Raises TelecineError if the deliveries are not made."""
    async with parts(plan) as running:
        return await _measured(running)


async def _measured(parts: Parts) -> Delivery:
    plan = parts.plan
    await _round(parts, min(_WARM_UP, plan.deliveries))
    parked = await _prepare(parts)
    rounds = tuple([await _round(parts, plan.deliveries) for _ in range(plan.rounds)])
    latencies = await parts.stream(plan.rate, plan.seconds)
    hung = await hang(parts) if plan.hang else None
    soaked = await soak(parts) if plan.soak else None
    identity = parts.backlog.identity
    recorded = await parts.tables.recorded(identity(0), identity(parts.backlog.made))
    cpu, bare = _cpu(rounds), median(e.bare_cpu_seconds / e.count for e in rounds) * 1e6
    return Delivery(
        deliveries_per_second=median(each.per_second for each in rounds),
        bare_per_second=median(each.bare_per_second for each in rounds),
        ratio=median(each.per_second / each.bare_per_second for each in rounds),
        p50_ms=percentile(latencies, 0.5),
        p99_ms=percentile(latencies, 0.99),
        rate=plan.rate,
        cpu_us_per_delivery=cpu["workers"],
        cpu_us=cpu | {"bare sender": bare},
        cpu_ratio=bare / cpu["workers"],
        workers=plan.workers,
        database=plan.database.partition(":")[0],
        receiver=parts.receives,
        endpoints=plan.endpoints,
        attempts_stored=plan.attempts_stored,
        parked=parked,
        deliveries=parts.owed,
        recorded=recorded,
        lost=parts.owed - parts.arrived,
        duplicates=parts.requests - parts.arrived,
        pinned=bool(parts.places.rest),
        rounds=rounds,
        latencies_ms=tuple(latencies),
        hang=hung,
        soak=soaked,
        machine=machine(),
    )


async def _prepare(parts: Parts) -> int:
    """Put on record what is to be there before. Answers how many deliveries are parked by then."""
    plan, backlog = parts.plan, parts.backlog
    if plan.attempts_stored:
        await parts.tables.fill(plan.attempts_stored, like=backlog.identity(1))
    if plan.parked:
        (off,) = await parts.house.endpoints([f"{parts.url}/off"])
        await parts.house.switch_off(off)
        await backlog.publish(backlog.aside(plan.parked, [off]))
        await backlog.done(PATIENCE)
    return await parts.tables.parked()


async def _round(parts: Parts, count: int) -> Round:
    """Send so many barely, then as many through everything."""
    bare = await parts.bare(count)
    early = await parts.pile_up(parts.backlog.owed(count, parts.to))
    before = await parts.busy()
    await parts.backlog.release()
    began = perf_counter()
    await parts.backlog.done(PATIENCE)
    seconds, after = perf_counter() - began, await parts.busy()
    await parts.came(count)
    busy = {part: after[part] - before[part] for part in after}
    return Round(count, early, seconds, bare.seconds, bare.cpu_seconds, busy)


def _cpu(rounds: Sequence[Round]) -> dict[str, float]:
    """Answer the microseconds of processor time that a delivery takes, by part."""
    return {
        part: median(each.busy[part] / (each.count - each.early) for each in rounds) * 1e6
        for part in rounds[0].busy
    }
