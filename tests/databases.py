"""A database for a test: a fresh SQLite file.

PostgreSQL has a test of its own, `tests/end_to_end/test_postgresql.py`: several of the wheel's
servers started side by side by parallel test processes were seen to refuse connections.
"""

from pathlib import Path

import pytest


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Answer the URL of an empty database."""
    return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
