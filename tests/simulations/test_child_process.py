"""A child of the house is tied to it from its first moment to the interpreter's last."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from telecine.simulations.child_process import DIES_WITH_PARENT, ChildProcess
from telecine.simulations.nats_orphan import runs
from tests.waiting import until

#: Starts a child and ends without stopping it; says it is no Linux, so that no kernel helps.
FORGETFUL = """
import asyncio, sys
from pathlib import Path
from telecine.simulations.child_process import ChildProcess

async def house():
    return ChildProcess(["/bin/sh", "-c", "while :; do sleep 1; done"], Path(sys.argv[1]))

sys.platform = "darwin"
print(asyncio.run(house()).pid)
"""


def test_a_child_whose_parent_is_gone_already_never_starts(tmp_path: Path) -> None:
    trace = tmp_path / "started"
    not_its_parent = str(os.getppid())
    command = [sys.executable, str(DIES_WITH_PARENT), not_its_parent, "/usr/bin/touch", str(trace)]

    ended = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert "the parent was gone" in ended.stderr
    assert not trace.exists()


def test_a_child_becomes_the_program_under_the_same_pid() -> None:
    command = [sys.executable, str(DIES_WITH_PARENT), str(os.getpid())]
    pipe = subprocess.PIPE

    with subprocess.Popen([*command, "/bin/sh", "-c", "echo $$"], stdout=pipe) as child:
        said, _ = child.communicate()

    assert int(said) == child.pid


async def test_a_child_that_will_not_end_is_killed(tmp_path: Path) -> None:
    deaf = "trap '' TERM; echo deaf; while :; do sleep 1; done"
    child = ChildProcess(["/bin/sh", "-c", deaf], tmp_path / "output")
    await until(lambda: (tmp_path / "output").read_text() == "deaf\n")

    await child.stop(grace=0.1)

    assert child.exit_code == -signal.SIGKILL
    assert await child.ended() == -signal.SIGKILL


async def test_a_child_that_ends_when_asked_is_not_killed(tmp_path: Path) -> None:
    polite = "trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done"
    child = ChildProcess(["/bin/sh", "-c", polite], tmp_path / "output")
    await until(lambda: (tmp_path / "output").read_text() == "ready\n")

    await child.stop(grace=10)

    assert child.exit_code == 7


def test_a_child_that_nobody_stopped_ends_with_the_interpreter(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FORGETFUL, str(tmp_path / "output")]

    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout

    assert not runs(int(said))
