"""`telecine bench load`: what this machine reaches, as a table or as one JSON object."""

import json
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from telecine.shared.observing import logging
from telecine.simulations.bench.load import measure
from telecine.simulations.bench.measures import Load


async def load(uploads: int, rate: float, seconds: float, *, as_json: bool) -> int:
    """Measure once and print it; 1 if a webhook was lost or is not on record."""
    logging.configure("warning")
    measured = await measure(uploads, rate, seconds)
    if as_json:
        print(json.dumps(asdict(measured)))
    else:
        Console().print(_table(measured))
    return 0 if measured.whole else 1


def _table(measured: Load) -> Table:
    of = measured.machine
    table = Table("", "measure", "value", title="telecine bench load")
    table.caption = f"{of.cores} cores, {of.system}, Python {of.python}; one house process"
    for part, values in asdict(measured).items():
        if part == "machine":
            continue
        for name, value in values.items():
            table.add_row(part, name.replace("_", " "), _shown(value))
        table.add_section()
    return table


def _shown(value: float) -> str:
    if isinstance(value, int):
        return str(value)
    return f"{value:,.3f}" if value < 1 else f"{value:,.1f}"
