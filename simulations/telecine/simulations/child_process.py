"""A program that runs beside the house, out of reach of its Ctrl-C, and never outlives it."""

import asyncio
import atexit
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

DIES_WITH_PARENT = Path(__file__).with_name("dies_with_parent.py")


class ChildProcess:
    """A running program; what it prints is appended to a file.

    Create it in the event loop's thread. Linux ties the child to the thread that started it, so
    that thread must live as long as the house. Elsewhere the child is killed at this
    interpreter's end, and only a kill -9 of the house leaves it behind.
    """

    def __init__(self, command: Sequence[str], output: Path) -> None:
        self._ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        # A session of its own: Ctrl-C goes to the terminal's whole group, and the child has to
        # outlive the services that still finish their work on it.
        with output.open("ab") as out:
            self._popen = subprocess.Popen(
                tied(command, os.getpid(), sys.platform),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        atexit.register(self.kill)
        try:
            threading.Thread(target=self._watch, daemon=True, name="child process").start()
        except RuntimeError:  # no more threads
            self.kill()
            raise

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; minus the signal's number if a signal ended it."""
        return self._popen.returncode

    async def ended(self) -> int:
        """Wait for its end, whoever caused it, and answer its exit code."""
        return await asyncio.shield(self._ended)

    async def stop(self, grace: float) -> None:
        """Ask it to end, and kill it after `grace` seconds, or at once if we are cancelled."""
        try:
            self._popen.terminate()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.ended(), grace)
        finally:
            self.kill()

    def kill(self) -> None:
        """End it now, without asking; it is gone when this returns."""
        atexit.unregister(self.kill)
        self._popen.kill()
        self._popen.wait()

    def _watch(self) -> None:
        code = self._popen.wait()
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._ended.get_loop().call_soon_threadsafe(self._ended.set_result, code)


def tied(command: Sequence[str], parent: int, platform: str) -> list[str]:
    """Answer a command that ends with this process (Linux); elsewhere the command itself."""
    if platform != "linux":
        return list(command)
    return [sys.executable, "-I", "-S", str(DIES_WITH_PARENT), str(parent), *command]
