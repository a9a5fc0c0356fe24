"""nginx as the receiver: `python -m telecine.simulations.bench.nginx <program> <folder>`.

It answers 200 to everything and logs the moment and the `webhook-id` of each request, which is counted
when somebody asks. One process, in a folder of its own, for whoever may run it; it ends with us.
"""

import asyncio
import http.client
import itertools
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from telecine.shared.errors import Refusal, TelecineError
from telecine.simulations.bench.answering import answering, say
from telecine.simulations.bench.counting import Counts
from telecine.simulations.bench.delivery_plan import Wish
from telecine.simulations.child_process import tied

_WITHIN = 10.0
_POLL = 0.002
_LOG = "arrivals.log"
_MARK = b"mark-"
# nginx has places for these outside of its folder, where not everybody may write.
_FOLDERS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def installed() -> str | None:
    """Answer where nginx is; some systems keep it where only root looks."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/local/sbin:/usr/sbin")


def chosen(wish: Wish, program: str | None, *, hang: bool) -> str | None:
    """Answer the nginx to be run, of the one that was found; None: our own receiver.

    Raises Refusal if nginx is asked for and cannot be.
    """
    if wish == "ours" or (wish == "auto" and hang):
        return None
    if hang:
        raise Refusal(
            "invalid", "nginx answers whatever comes; --hang needs --receiver ours", "receiver"
        )
    if wish == "nginx" and program is None:
        message = "there is no program nginx here; install it, or use --receiver ours"
        raise Refusal("invalid", message, "receiver")
    return program


def config(folder: Path, port: int) -> str:
    """Answer its configuration: one process, everything in its folder, connections kept for ever."""
    places = "\n".join(f"  {each}_temp_path {folder / each};" for each in _FOLDERS)
    return f"""\
daemon off;
master_process off;
pid {folder / "nginx.pid"};
error_log {folder / "error.log"};
events {{ worker_connections 8192; }}
http {{
{places}
  log_format arrivals '$msec $http_webhook_id';
  access_log {folder / _LOG} arrivals;
  client_header_buffer_size 16k;
  client_max_body_size 0;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    location / {{ return 200; }}
  }}
}}
"""


def arrivals(log: bytes) -> Iterator[tuple[bytes, float]]:
    """Read lines of its log: the `webhook-id` and the moment of each request, to the millisecond."""
    for line in log.splitlines():
        moment, _, name = line.partition(b" ")
        yield name, float(moment)


class Logged:
    """What its log says."""

    def __init__(self, log: Path, port: int) -> None:
        self._log = log
        self._port = port
        self._read = 0
        self._marks = itertools.count(1)
        self._counts = Counts()

    async def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer what a benchmark asks, about all that was answered until now."""
        self._catch_up()
        return await self._counts.answer(asked)

    def _catch_up(self) -> None:
        """Read until a request of our own has been logged: by then all before it have been."""
        mark = _MARK + str(next(self._marks)).encode()
        self._request({"webhook-id": mark.decode()})
        end = monotonic() + _WITHIN
        while not self._read_on(mark):
            if monotonic() > end:
                raise TelecineError("nginx does not log what it answers")
            sleep(_POLL)

    def _request(self, headers: dict[str, str]) -> None:
        asking = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_WITHIN)
        try:
            asking.request("GET", "/", headers=headers)
            asking.getresponse().read()
        finally:
            asking.close()

    def _read_on(self, mark: bytes) -> bool:
        """Count the whole lines behind those that were read. Answers whether the mark was there."""
        with self._log.open("rb") as log:
            log.seek(self._read)
            lines, end, _ = log.read().rpartition(b"\n")
        self._read += len(lines + end)
        marked = False
        for name, moment in arrivals(lines):
            marked |= name == mark
            if not name.startswith(_MARK):
                self._counts.take(name, moment)
        return marked


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(program: str, folder: Path, port: int) -> "subprocess.Popen[bytes]":
    folder.mkdir()
    conf, output = folder / "nginx.conf", folder / "output"
    conf.write_text(config(folder, port))
    command = [program, "-p", str(folder), "-c", str(conf)]
    with output.open("wb") as said:
        process = subprocess.Popen(
            tied(command, os.getpid(), sys.platform),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
    end = monotonic() + _WITHIN
    while not _listens(port):
        if process.poll() is not None or monotonic() > end:
            process.kill()
            raise TelecineError(f"nginx did not start: {output.read_text()[-500:]}")
        sleep(_POLL)
    return process


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def main(program: str, folder: Path) -> None:
    """Start it, say where it is, and answer questions until they end."""
    port = _free_port()
    process = _start(program, folder, port)
    try:
        say({"url": f"http://127.0.0.1:{port}", "pid": process.pid})
        asyncio.run(answering(Logged(folder / _LOG, port).answer))
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
