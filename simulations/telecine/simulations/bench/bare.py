"""The bare sender: signed webhooks and nothing around them; what any delivery is measured against.

Also a process of its own, so that it has a core as a delivery worker has one:
`python -m telecine.simulations.bench.bare <url of the receiver> <sends side by side>`.
"""

import asyncio
import sys
from dataclasses import dataclass
from time import perf_counter, process_time, time
from typing import Any

from telecine.delivery.sender import Sender, WebhookRequest
from telecine.delivery.signing import signer, webhook_headers
from telecine.simulations.bench.answering import answering, say

BODY = b'{"type": "video.process_succeeded", "data": "' + b"x" * 1452 + b'"}'
_SIGNERS = (signer("bare", "v1", "whsec_" + "A" * 43 + "="),)
_TIMEOUT = 15.0


@dataclass(frozen=True)
class Bare:
    """So many webhooks were sent in so many seconds, and so much processor time."""

    count: int
    seconds: float
    cpu_seconds: float

    @property
    def per_second(self) -> float:
        return self.count / self.seconds


async def send_all(sender: Sender, url: str, count: int, abreast: int) -> Bare:
    """Sign and send `count` webhooks, `abreast` side by side."""
    numbers = iter(range(count))

    async def send() -> None:
        for number in numbers:
            headers = {
                "content-type": "application/json",
                **webhook_headers(_SIGNERS, f"bare-{number}", int(time()), BODY),
            }
            await sender.send(WebhookRequest(url, headers, BODY, _TIMEOUT))

    began, spent = perf_counter(), process_time()
    await asyncio.gather(*(send() for _ in range(abreast)))
    return Bare(count, perf_counter() - began, process_time() - spent)


async def main(url: str, abreast: int) -> None:
    """Send as many as is asked for, each time that it is."""
    async with Sender() as sender:

        async def answer(asked: dict[str, Any]) -> dict[str, Any]:
            sent = await send_all(sender, url, int(asked["count"]), abreast)
            return {"seconds": sent.seconds, "cpu_seconds": sent.cpu_seconds}

        say({})
        await answering(answer)


if __name__ == "__main__":
    if sys.platform == "win32":
        asyncio.run(main(sys.argv[1], int(sys.argv[2])))
    else:
        import uvloop

        uvloop.run(main(sys.argv[1], int(sys.argv[2])))
