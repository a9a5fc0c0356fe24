"""The other side of beside.py: what such a process runs to answer what it is asked."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

Answer = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


def say(line: dict[str, Any]) -> None:
    """Print one line of JSON."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


async def answering(answer: Answer) -> None:
    """Answer one question after the other until there are no more."""
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    async for line in reader:
        say(await answer(json.loads(line)))
