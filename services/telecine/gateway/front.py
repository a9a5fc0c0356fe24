"""What stands at the door over all runs: the application of this run, or a word that none is there.

A reset takes the application away under the requests that are being answered: they get a moment to end,
then they are told what everybody is told meanwhile. The request that asked for it outlives it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from telecine.gateway.failures import failure

#: Seconds that open requests get.
GRACE = 2.0
_ALIVE = "/healthz"
_READY = "/readyz"


class Front:
    """Passes requests on to the application of the run, if there is one."""

    def __init__(self) -> None:
        self._app: ASGIApp | None = None
        self._open: set[asyncio.Task[None]] = set()
        self._outliving: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def showing(self, app: ASGIApp) -> AsyncIterator[None]:
        """Let this application answer while the block lasts; at its end nothing of it is answering."""
        self._app = app
        try:
            yield
        finally:
            self._app = None
            await self._close()

    def outlive(self) -> None:
        """Let the present request live on when its application goes; others wait until it is answered."""
        self._outliving = asyncio.current_task()
        if self._outliving:
            self._open.discard(self._outliving)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if (scope["type"] == "http" and (app is None or self._outliving)) or app is None:
            await _away(scope)(scope, receive, send)
            return
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        task: asyncio.Task[None] = asyncio.ensure_future(_passed(app, scope, receive, noted))
        self._open.add(task)
        try:
            await task
        except asyncio.CancelledError:
            if not task.cancelled() or self._app is app or begun:
                raise
            await _away(scope)(scope, receive, send)
        finally:
            task.cancel()
            self._open.discard(task)
            if self._outliving is task:
                self._outliving = None

    async def _close(self) -> None:
        if self._open:
            await asyncio.wait(self._open, timeout=GRACE)
        while left := {task for task in self._open if not task.done()}:
            for task in left:
                task.cancel()
            await asyncio.wait(left, timeout=GRACE)


async def _passed(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


def _away(scope: Scope) -> Response:
    """Answer that there is no house just now, in the shape of the path's owner."""
    if scope["path"] == _ALIVE:
        return JSONResponse({"status": "ok"})
    if scope["path"] == _READY:
        return JSONResponse({"status": "starting", "missing": ["run"]}, 503)
    return failure(Request(scope), 503, "the house is being reset; try again")
