"""`telecine bench fanout`: how fast one process matches, renders and publishes, as a table or JSON."""

import json
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from telecine.shared.observing import logging
from telecine.simulations.bench.fanout import Fanout, Ordering, measure


async def run(
    events: int, endpoints: int, rounds: int, ordering: Ordering, *, as_json: bool
) -> int:
    """Measure once and print it."""
    logging.configure("error")
    measured = await measure(events, endpoints, rounds, ordering)
    if as_json:
        print(json.dumps(asdict(measured)))
    else:
        Console().print(_table(measured))
    return 0


def _table(measured: Fanout) -> Table:
    table = Table("measure", "value", title="telecine bench fanout")
    for name, value in asdict(measured).items():
        shown = f"{value:,.2f}" if isinstance(value, float) else str(value)
        table.add_row(name.replace("_", " "), shown)
    return table
