"""`telecine rebuild` from another terminal: against the data folder, and what it says when it cannot."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from telecine.shared.errors import Refusal
from telecine.simulations.commands.rebuild import VIEWS, owners
from tests.house import OpenHouse


async def told(*arguments: str) -> tuple[int | None, str]:
    """Run the command as a process; answer its exit status and everything that it says."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "telecine.simulations", "rebuild", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode()


async def test_the_house_of_a_data_folder_rebuilds_what_is_named(open_house: OpenHouse) -> None:
    async with open_house() as house:
        status, said = await told("videos", "endpoints", "--data", str(house.settings.data))

    assert (status, said.splitlines()) == (
        0,
        [
            "videos: folded anew, 0 rows",
            "endpoints: folded anew, 0 rows",
            "done: the records were not touched",
        ],
    )


async def test_a_folder_without_a_house_is_named(tmp_path: Path) -> None:
    status, said = await told("--data", str(tmp_path))

    assert status == 1
    assert said.startswith(f"telecine: no house runs on {tmp_path}: start it, or name its NATS")


def test_no_name_means_every_view() -> None:
    assert owners([]) == VIEWS


def test_a_name_is_asked_of_the_service_that_owns_the_view() -> None:
    assert owners(["endpoints"]) == {"subscriptions": ("endpoints",)}


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(Refusal, match=r"no view 'deliveries'; there are videos, .*endpoints"):
        owners(["endpoints", "deliveries"])
