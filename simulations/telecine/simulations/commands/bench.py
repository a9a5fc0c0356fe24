"""`telecine bench`: what this machine reaches, as a table or as one JSON object."""

import json
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from telecine.shared import logging
from telecine.simulations.bench.run import measure


async def run(uploads: int, *, as_json: bool) -> int:
    """Measure once and print it; 1 if a webhook was lost."""
    logging.configure("warning")  # thousands of lines would be measured as well
    measures = await measure(uploads)
    if as_json:
        print(json.dumps(asdict(measures)))
    else:
        table = Table("measure", "value", title="telecine bench (one process, this machine)")
        for name, value in asdict(measures).items():
            shown = f"{value:,.3f}" if name == "ratio" else f"{value:,.1f}"
            table.add_row(name.replace("_", " "), str(value) if isinstance(value, int) else shown)
        Console().print(table)
    return 1 if measures.lost else 0
