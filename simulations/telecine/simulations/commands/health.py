"""`telecine health SERVICE`: whether this machine's copy of a service is up (for containers)."""

import asyncio

from nats.aio.msg import Msg

from telecine.shared.copies.heartbeat import GONE_AFTER, Heartbeat, host_token
from telecine.shared.errors import Refusal
from telecine.shared.settings import Settings
from telecine.shared.wire.bus import connected


async def run(settings: Settings, name: str) -> int:
    """Answer 0 if a copy on this machine says within two seconds that it is ready or stands by, else 1."""
    if not settings.nats_url:
        raise Refusal("invalid", "set TELECINE_NATS_URL to the house's NATS server", "nats_url")
    heard = asyncio.Event()

    async def take(message: Msg) -> None:
        beat = Heartbeat.model_validate_json(message.data)
        if (beat.ready or beat.standing_by) and beat.instance.startswith(host_token()):
            heard.set()

    async with connected(settings.nats_url, "health") as bus:
        await bus.client.subscribe(f"heartbeat.{name}.*", cb=take)
        try:
            await asyncio.wait_for(heard.wait(), GONE_AFTER)
        except TimeoutError:
            print(f"{name} is not ready")
            return 1
    print(f"{name} is ready")
    return 0
