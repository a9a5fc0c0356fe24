"""`telecine bench delivery`: the bare sender beside the whole pipeline, as tables and plots or as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from telecine.shared.observing import logging
from telecine.simulations.bench.delivery import measure
from telecine.simulations.bench.delivery_measures import Delivery
from telecine.simulations.bench.delivery_plan import Plan

_WIDTH = 40
_BLOCKS = " ▏▎▍▌▋▊▉█"
#: Upper ends of the plot's rows, in milliseconds; the last row has what is beyond.
_ENDS = (1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 1000.0)


async def run(plan: Plan, *, as_json: bool) -> int:
    """Measure once and print it; 1 if a webhook was lost or is not on record."""
    logging.configure("error")
    measured = await measure(plan)
    if as_json:
        print(json.dumps(_json(measured)))
    else:
        _show(Console(), measured)
    return 0 if measured.whole else 1


def _json(measured: Delivery) -> dict[str, object]:
    """Answer it as one object, without what is only there to be drawn."""
    found = asdict(measured)
    del found["latencies_ms"]
    return found


def _show(console: Console, measured: Delivery) -> None:
    console.print(_table(measured))
    console.print("\n[bold]deliveries a second[/bold]")
    names = {
        "bare sender": measured.bare_per_second,
        _workers(measured): measured.deliveries_per_second,
    }
    _plot(console, {name: (value, f"{value:,.0f}") for name, value in names.items()})
    console.print(f"\n[bold]event to receiver at {measured.rate:g}/s[/bold]")
    _plot(console, _histogram(measured.latencies_ms))
    console.print("\n[bold]processor time for a delivery, µs[/bold]")
    _plot(console, {part: (value, f"{value:,.0f}") for part, value in measured.cpu_us.items()})
    if measured.soak:
        console.print("\n[bold]the workers' memory, MB[/bold]")
        samples = measured.soak.samples_mb
        step = max(1, len(samples) // 12)
        _plot(
            console,
            {
                f"{at} s": (samples[at], f"{samples[at]:,.1f}")
                for at in range(0, len(samples), step)
            },
        )


def _workers(measured: Delivery) -> str:
    return f"{measured.workers} worker{'s' if measured.workers > 1 else ''}"


def _table(measured: Delivery) -> Table:
    of = measured.machine
    table = Table("measure", "value", title="telecine bench delivery")
    table.caption = (
        f"{of.cores} cores, {of.system}, Python {of.python}; median of {len(measured.rounds)} rounds"
        f"{'; pinned' if measured.pinned else ''}"
    )
    plain = {
        name: value
        for name, value in asdict(measured).items()
        if isinstance(value, int | float | str) and name != "pinned"
    }
    for name, value in plain.items():
        table.add_row(name.replace("_", " "), _shown(value))
    for part in (measured.hang, measured.soak):
        if part:
            table.add_section()
            for name, value in asdict(part).items():
                if name != "samples_mb":
                    table.add_row(name.replace("_", " "), _shown(value))
    return table


def _shown(value: float | str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.3f}" if abs(value) < 2 else f"{value:,.1f}"


def _histogram(values: Sequence[float]) -> dict[str, tuple[float, str]]:
    rows: dict[str, tuple[float, str]] = {}
    low = 0.0
    for high in (*_ENDS, float("inf")):
        count = sum(low <= value < high for value in values)
        name = f"under {high:g} ms" if high < float("inf") else "longer"
        if count or not rows:
            rows[name] = (count, f"{count:,}")
        low = high
    return rows


def _plot(console: Console, rows: dict[str, tuple[float, str]]) -> None:
    """Draw a bar for each row, as long as its value is beside the largest."""
    most = max(value for value, _ in rows.values()) or 1.0
    for name, (value, shown) in rows.items():
        eighths = round(value / most * _WIDTH * 8)
        bar = "█" * (eighths // 8) + (_BLOCKS[eighths % 8] if eighths % 8 else "")
        console.print(f"{name:>14} [cyan]{bar:<{_WIDTH}}[/cyan] {shown}", highlight=False)
