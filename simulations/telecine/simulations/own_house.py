"""A house of one's own for a while: in a temporary folder, on a free port, and nothing is left."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from telecine.shared.errors import TelecineError
from telecine.shared.settings import Settings
from telecine.simulations import local
from telecine.simulations.clients.api import HouseUnreachable


@asynccontextmanager
async def own_house(settings: Settings) -> AsyncIterator[local.House]:
    """Run a house on embedded defaults while the block lasts, whatever the environment names.

    Of `settings` the place, the port, the NATS server, the database and the egress are not used.
    Raises HouseUnreachable if it cannot be started.
    """
    async with AsyncExitStack() as stack:
        try:
            folder = stack.enter_context(TemporaryDirectory(prefix="telecine-"))
            house = local.house(_embedded(settings, Path(folder)))
            running = await stack.enter_async_context(house)
        except (TelecineError, OSError) as error:
            raise HouseUnreachable(f"a house of its own did not start: {error}") from error
        yield running


def _embedded(settings: Settings, folder: Path) -> Settings:
    own = {"data": folder, "host": "127.0.0.1", "port": 0, "nats_url": None, "database_url": None}
    return settings.model_copy(update={**own, "egress": None})
