"""`telecine demo`: it ends well when all is well, and not otherwise; it leaves nothing behind."""

import asyncio
import io
import os
import re
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from rich.console import Console

from telecine.shared.settings import Settings
from telecine.simulations import judges
from telecine.simulations.commands import demo
from telecine.simulations.demo.board import Row
from telecine.simulations.demo.screen import Screen
from telecine.simulations.demo.story import ORGS
from telecine.simulations.receiver import Answer, Received, Receiver
from tests.waiting import until

COMMAND = [sys.executable, "-m", "telecine.simulations", "demo"]
#: A house that needs no patience: an instant encoder, and ten minutes a second.
HURRIED = Settings.model_construct(orgs=ORGS, preset="instant", speed=600)


class Deaf(Receiver):
    """Gives the house an address for TPStreams' webhooks where nobody listens."""

    def on(self, path: str, *answers: Answer) -> str:
        url = super().on(path, *answers)
        return url.replace(self.url, "http://127.0.0.1:9") if path == "/tpstreams" else url


class Healed(Receiver):
    """Answers 500 once where it should twice."""

    def on(self, path: str, *answers: Answer) -> str:
        return super().on(path, *answers[1:])


class Forged(Receiver):
    """Shows the body of one request as it was not signed."""

    def at(self, path: str) -> list[Received]:
        found = super().at(path)
        if path == "/omega" and found:
            found[0] = replace(found[0], body=found[0].body + b" ")
        return found


class Betrayed(Receiver):
    """Shows TPStreams' requests with another token than was sent."""

    def at(self, path: str) -> list[Received]:
        return [self._betrayed(each) for each in super().at(path)]

    def _betrayed(self, received: Received) -> Received:
        if "x-streams-token" not in received.headers:
            return received
        headers = CIMultiDict(received.headers)
        headers["x-streams-token"] = "guessed"
        return replace(received, headers=CIMultiDictProxy(headers))


async def performed(receiver: Receiver, patience: float) -> tuple[int, str]:
    """Perform the demo in this process; answer its exit status and what it showed."""
    shown = io.StringIO()
    console = Console(file=shown, width=200)
    status = await demo.perform(Screen(console), receiver, patience, HURRIED)
    return status, shown.getvalue()


async def test_the_demo_ends_well_and_its_summary_names_every_endpoint(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    shown, errors = (each.decode() for each in await process.communicate())

    assert (process.returncode, errors) == (0, ""), shown
    assert "PUT /v1/clock speed=60" in shown
    assert "the clock is back at speed 1\n" in shown
    summary = shown.partition("What each receiver got")[2]
    assert re.findall(r"^(/\S+)  .*\n.*\n +(.*)", summary, re.MULTILINE) == [
        ("/omega", "8 webhooks in 8 attempts, 8 good signatures"),
        ("/tpstreams", "12 webhooks in 12 attempts, 12 good signatures and tokens"),
        ("/shaky", "2 webhooks in 6 attempts, 6 good signatures"),
    ]
    assert "4 video.uploaded, " in summary
    assert len(re.findall(r"retried after 5\.\d s, then 5 min 0 s \(virtual\)", summary)) == 2
    assert list(tmp_path.iterdir()) == []


async def test_the_same_demo_in_a_hurry_ends_well_too() -> None:
    status, shown = await performed(Receiver(), patience=20)

    assert (status, "WRONG" in shown) == (0, False), shown


@pytest.mark.parametrize(
    ("receiver", "wrong"),
    [
        (Deaf, "never told: 'An asset' Completed"),
        (Healed, "came 2 times instead of 3"),
        (Forged, "is not proven: its signature is wrong"),
        (Betrayed, "is not proven: its x-streams-token is another one"),
    ],
)
async def test_a_sabotaged_receiver_ends_the_demo_with_1(
    receiver: type[Receiver], wrong: str
) -> None:
    status, shown = await performed(receiver(), patience=2)

    assert status == 1
    assert wrong in shown
    assert "missing or wrong" in shown.splitlines()[-1]


async def test_a_demo_that_is_told_to_stop_leaves_nothing(tmp_path: Path) -> None:
    output = tmp_path / "output"
    folder = tmp_path / "tmp"
    folder.mkdir()
    with output.open("wb") as stream:
        process = await asyncio.create_subprocess_exec(
            *COMMAND, stdout=stream, stderr=stream, env={**os.environ, "TMPDIR": str(folder)}
        )
    await until(lambda: "waiting:" in output.read_text("utf-8"), deadline=60)

    process.send_signal(signal.SIGTERM)

    assert await asyncio.wait_for(process.wait(), 30) == 130
    assert list(folder.iterdir()) == []
    assert "Traceback" not in output.read_text("utf-8")


async def test_without_the_judges_the_demo_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(judges, "find_spec", lambda _: None)

    with pytest.raises(judges.JudgesMissing, match=r"pip install 'telecine\[judges\]'"):
        await demo.run()


ROWS = [Row("One", "OmegaStream", "uploaded"), Row("Two", "TPStreams", "Queued", 2, 1, 3)]


async def looking(console: Console, looks: Sequence[Sequence[Row]]) -> None:
    """Let a screen see these rows, one look after the other, and say a word in between."""
    screen, coming = Screen(console), list(looks)
    seen = asyncio.Event()

    async def look() -> Sequence[Row]:
        rows = coming.pop(0) if len(coming) > 1 else coming[0]
        if len(coming) == 1:
            seen.set()
        return rows

    async with screen.watching(look):
        screen.say("a [word] in between")
        await seen.wait()


async def test_a_pipe_is_told_a_line_for_whatever_is_new() -> None:
    shown = io.StringIO()

    await looking(Console(file=shown, width=20), [ROWS[:1], ROWS, ROWS])

    lines = [re.sub(r"^ *[0-9.]+ s  ", "", line) for line in shown.getvalue().splitlines()]
    assert sorted(lines) == [
        "One (OmegaStream): uploaded, 0 of 0 webhooks taken, 0 attempts",
        "Two (TPStreams): Queued, 1 of 2 webhooks taken, 3 attempts",
        "a [word] in between",
    ]


async def test_a_terminal_shows_one_table_that_fits_into_80_columns() -> None:
    shown = io.StringIO()
    console = Console(file=shown, width=80, force_terminal=True, color_system=None)
    longest = Row("A real MP4 over tus", "OmegaStream", "process-completed", 12, 10, 100)

    await looking(console, [ROWS, [*ROWS, longest]])

    last = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.getvalue()).rpartition("video ")[2]
    rows = [re.split(r"  +", line.strip()) for line in last.splitlines()]
    assert ["Two", "TPStreams", "Queued", "1 of 2", "3"] in rows
    assert ["A real MP4 over tus", "OmegaStream", "process-completed", "10 of 12", "100"] in rows
    assert "a [word] in between" in shown.getvalue()
