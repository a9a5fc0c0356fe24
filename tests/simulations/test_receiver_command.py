"""`telecine receiver`: what it prints, of whom it knows the secrets, and how it stops."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from tests.customer import Customer
from tests.house import TestHouse
from tests.processes import READY_WITHIN
from tests.waiting import until


class Printing:
    """A running receiver and the lines that it has printed so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.lines: list[str] = []

    async def read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self.lines.append(line.decode().rstrip())

    @property
    def url(self) -> str:
        return self.lines[0].removeprefix("receiving at ")

    async def has_said(self, lines: int) -> None:
        """Wait until it has printed so many lines."""
        await until(lambda: len(self.lines) == lines, deadline=READY_WITHIN)

    async def stop(self) -> int:
        self._process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self._process.wait(), READY_WITHIN)


@asynccontextmanager
async def receiving(*options: str) -> AsyncIterator[Printing]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "telecine.simulations", "receiver", "--port", "0", *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printing = Printing(process)
    reading = asyncio.create_task(printing.read())
    try:
        await until(lambda: printing.lines, deadline=READY_WITHIN)
        yield printing
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await reading


async def test_it_registers_at_a_house_and_finds_its_signatures_good(house: TestHouse) -> None:
    async with receiving("--url", house.url) as printing:
        await printing.has_said(3)
        video = await Customer(house.http).upload()
        told = [f"video.uploaded {video}", f"video.process_succeeded {video}"]
        told += [f"{status} {video}" for status in ("Queued", "Transcoding", "Completed")]
        await printing.has_said(3 + len(told))
        status = await printing.stop()

    webhooks = printing.lines[3:]
    assert all(line.endswith("  signature good") for line in webhooks), webhooks
    assert sorted(line.split("  ")[3] for line in webhooks) == sorted(told)
    assert status == 0


async def test_started_again_it_is_who_it_was(house: TestHouse) -> None:
    async with receiving("--url", house.url) as first:
        await first.has_said(3)
        port = first.url.rpartition(":")[2]
        await first.stop()
    async with receiving("--url", house.url, "--port", port) as second:
        await second.has_said(3)
        headers = {"authorization": "Bearer demo-key"}
        listed = (await house.http.get("/v1/endpoints", headers=headers)).json()["total"]

    assert first.lines == second.lines
    assert listed == 2


async def test_a_signature_that_is_none_is_called_wrong(house: TestHouse) -> None:
    async with receiving("--url", house.url) as printing:
        await printing.has_said(3)
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.post(f"{printing.url}/omega", content=b"not ours")
        await printing.has_said(4)

    assert answer.status_code == 200
    assert "no webhook-id  8 bytes b'not ours'  WRONG: " in printing.lines[3]


async def test_without_a_house_it_prints_what_comes() -> None:
    async with receiving() as printing:
        async with httpx.AsyncClient(trust_env=False) as http:
            headers = {"webhook-id": "msg_1"}
            await http.post(f"{printing.url}/any/path", content=b"{}", headers=headers)
        await printing.has_said(2)

    assert printing.lines[1].endswith("/any/path  msg_1  2 bytes b'{}'  signature not checked")
