"""Where the demo shows itself: a live table on a terminal, plain lines elsewhere."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress

from rich import box
from rich.console import Console
from rich.live import Live
from rich.table import Table

from telecine.simulations.demo.board import Row, news

_POLL = 0.2  # seconds between two looks at the house

Look = Callable[[], Awaitable[Sequence[Row]]]


class Screen:
    """Says sentences, and shows rows as they change; in both, time is wall seconds from the start."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, auto_refresh=False) if console.is_terminal else None
        self._rows: Sequence[Row] = ()
        self._start = time.monotonic()

    def seconds(self) -> float:
        """Answer the wall seconds since the start."""
        return time.monotonic() - self._start

    def say(self, text: str) -> None:
        """Say a sentence; on a terminal it stands above the table."""
        self._print(f"{self.seconds():5.1f} s  {text}")

    def lines(self, lines: Sequence[str]) -> None:
        """Print lines as they are."""
        for each in lines:
            self._print(each)

    def show(self, rows: Sequence[Row]) -> None:
        """Show the rows as they are now."""
        if self._live:
            self._live.update(table(rows), refresh=True)
        else:
            for line in news(self._rows, rows):
                self.say(line)
        self._rows = rows

    @asynccontextmanager
    async def watching(self, look: Look) -> AsyncIterator[None]:
        """Keep looking, and show what is seen, while the block lasts, and once more at its end."""
        with self._live or nullcontext():
            task = asyncio.create_task(self._watch(look))
            try:
                yield
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            self.show(await look())

    async def _watch(self, look: Look) -> None:
        while True:
            self.show(await look())
            await asyncio.sleep(_POLL)

    def _print(self, text: str) -> None:
        # Words come from outside, so nothing in them is markup; a pipe's reader wraps for itself.
        self._console.print(
            text, markup=False, highlight=False, soft_wrap=not self._console.is_terminal
        )


def table(rows: Sequence[Row]) -> Table:
    """Answer the table of the videos; it fits into 80 columns."""
    shown = Table(box=box.SIMPLE_HEAD, caption="webhooks: taken of those sent")
    for heading in ("video", "platform", "state"):
        shown.add_column(heading, no_wrap=True)
    for heading in ("webhooks", "attempts"):
        shown.add_column(heading, justify="right", no_wrap=True)
    for each in rows:
        taken = f"{each.taken} of {each.webhooks}"
        shown.add_row(each.title, each.platform, each.state, taken, str(each.attempts))
    return shown
