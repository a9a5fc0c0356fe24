"""Both event loops that the sender runs on: their transports break, close and count in their own ways."""

import pytest

UVLOOP = ("asyncio", {"use_uvloop": True})


@pytest.fixture(scope="module", params=["asyncio", UVLOOP], ids=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> object:
    """Shadows the one of tests/conftest.py in the modules that import it."""
    backend: object = request.param
    return backend
