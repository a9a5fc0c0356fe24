"""Room for the embedded server: one whose disk was full must be restarted to store again.

nats-server gives a stream up at its first failed write, for good: it goes on answering, and stores
nothing in that stream until it is started anew, however much room there is (seen with 2.15.1).
"""

import shutil
import ssl
from pathlib import Path

import httpx

from telecine.simulations.nats_config import HOST

#: Seconds between two looks.
LOOK = 3.0
#: Bytes that must be free on the disk for a restart to be worth it.
ENOUGH = 32 * 1024**2


def asking() -> httpx.AsyncClient:
    """Answer who asks a server's monitoring port, without TLS: to read the certificates of all the
    world would take 30 ms, in which nothing else is done."""
    return httpx.AsyncClient(
        verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), trust_env=False, timeout=2
    )


async def gave_up_writing(http: httpx.AsyncClient, port: int) -> bool:
    """Whether a server says on its monitoring port that it could not write."""
    try:
        answer = await http.get(f"http://{HOST}:{port}/healthz")
    except httpx.HTTPError:
        return False
    return answer.status_code == httpx.codes.SERVICE_UNAVAILABLE and "write error" in answer.text


def has_room(store: Path) -> bool:
    """Whether there is enough room on the disk of a store."""
    return shutil.disk_usage(store).free >= ENOUGH
