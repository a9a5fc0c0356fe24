"""One log line for each request: what was asked, what was answered, how long it took."""

from time import perf_counter

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import clear_contextvars

log = structlog.get_logger()

#: Asked for all the time by whoever watches; their lines would drown the others.
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


class AccessLog:
    """Logs `http.answered` with the correlation id that the route has bound."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in QUIET:
            await self._app(scope, receive, send)
            return
        clear_contextvars()
        began, status = perf_counter(), 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            spent = round((perf_counter() - began) * 1000, 1)
            log.info(
                "http.answered",
                method=scope["method"],
                path=scope["path"],
                status=status,
                ms=spent,
            )
