"""Which seeds are run, in how many houses, on which database; and what is said of them."""

import os
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import asdict
from typing import Any

from tests import postgresql
from tests.ledger.run import Result

#: How many seeds in all, a tenth of them with SIGKILL: in the short form, and here. The long form sets
#: another number.
SHORT = 100
SEEDS = int(os.environ.get("LEDGER_SEEDS", SHORT))
#: One seed alone, to see again what it showed.
SEED = os.environ.get("LEDGER_SEED")

Say = Callable[[str, object], None]


def blocks(seeds: int, houses: int) -> list[list[int]]:
    """Spread seeds over an even number of houses, so that a seed's parity is its house's."""
    if SEED is not None:
        return [[int(SEED)]]
    return [block for each in range(houses) if (block := list(range(each, seeds, houses)))]


def named(block: list[int]) -> str:
    """Answer a block's name in the list of tests."""
    return "-".join(map(str, block[:2])) + ("-on" if len(block) > 2 else "")


@asynccontextmanager
async def tables(block: list[int]) -> AsyncIterator[dict[str, Any]]:
    """Answer the settings of a block's house: even seeds write to SQLite, odd ones to PostgreSQL."""
    if block[0] % 2 == 0:
        yield {}
        return
    async with postgresql.database() as url:
        yield {"database_url": url}


async def judged(
    house: AbstractAsyncContextManager[Any], block: list[int], say: Say
) -> list[Result]:
    """Run a block in a house; fails with how to see again what each seed showed."""
    results: list[Result] = []
    async with house as running:
        for seed in block:
            results.append(await running.run(seed))
            say("ledger", asdict(results[-1]))
    assert not (bad := [each for each in results if each.problems]), explained(bad)
    return results


def explained(results: Iterable[Result]) -> str:
    """Answer what is wrong with some seeds, and the command that runs each of them again."""
    lines: list[str] = []
    for each in results:
        command = f"LEDGER_SEED={each.seed} .venv/bin/pytest tests/ledger/test_{each.kind}.py"
        lines += [f"\nseed {each.seed} of {each.kind}: {command}", *each.struck, *each.problems]
    return "\n".join(lines)
