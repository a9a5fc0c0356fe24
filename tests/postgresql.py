"""One PostgreSQL server for a run of the tests, and in it a fresh database for whoever wants one.

The server is the wheel's own; nothing has to be installed. `tests/postgresql_keeper.py` starts it
for the first test that wants it, in whatever xdist worker that runs, and stops it with the run.
"""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

#: How the workers of a run know where its keeper is.
FOLDER = "TESTS_POSTGRESQL_FOLDER"
KEEPER = Path(__file__).with_name("postgresql_keeper.py")
_GONE_WITHIN = 20.0


def pytest_configure(config: pytest.Config) -> None:
    """Give the run a keeper, which costs next to nothing until it is asked."""
    if hasattr(config, "workerinput"):
        return
    # Not below pytest's own folder: the server runs as another user than root, and pytest closes
    # that folder to others each time that a run starts.
    folder = Path(tempfile.mkdtemp(prefix="telecine-tests-"))
    folder.chmod(0o711)
    os.environ[FOLDER] = str(folder)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(folder / "keeper"))
        door.listen(64)
        keeper = subprocess.Popen(
            [sys.executable, KEEPER, folder, str(door.fileno())],
            stdin=subprocess.PIPE,
            pass_fds=[door.fileno()],
            start_new_session=True,  # Ctrl-C is for the run, and the keeper ends with the run
        )
    config.add_cleanup(lambda: _end(keeper))


def _end(keeper: "subprocess.Popen[bytes]") -> None:
    assert keeper.stdin
    keeper.stdin.close()
    keeper.wait(_GONE_WITHIN)


@cache
def _server() -> str:
    """Answer the folder of the running server's socket; this starts it if nobody has yet."""
    folder = Path(os.environ[FOLDER])
    with socket.socket(socket.AF_UNIX) as keeper:
        keeper.connect(str(folder / "keeper"))
        answer = keeper.recv(65_536).decode()
    assert answer == "running", answer
    return str(folder / "data")


@asynccontextmanager
async def database() -> AsyncIterator[str]:
    """Answer the SQLAlchemy URL of an empty database that is gone after the block."""
    name = f"t{uuid4().hex}"
    # A copy of files is twice as fast as the default, which writes all of it to its log first.
    await _tell(f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy")
    try:
        yield _url(name)
    finally:
        await _tell(f"DROP DATABASE {name} WITH (FORCE)")


def _url(name: str) -> str:
    return f"postgresql+asyncpg://postgres@/{name}?host={_server()}"


async def _tell(statement: str) -> None:
    engine = create_async_engine(
        _url("postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool
    )
    async with engine.connect() as connection:
        await connection.execute(text(statement))
