"""No request is judged by credentials that another copy of the gateway has changed since."""

from collections.abc import Awaitable, Callable

import structlog
from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from telecine.gateway.access import QUIET
from telecine.shared.errors import TelecineError

log = structlog.get_logger()


class Fresh:
    """Reads what has changed of the credentials before a request passes; 503 if that cannot be read."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        refresh: Callable[[], Awaitable[None]],
        refuse: Callable[[Request, int, str], Response],
    ) -> None:
        self._app = app
        self._refresh = refresh
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in QUIET:
            try:
                await self._refresh()
            except (SQLAlchemyError, OSError, TelecineError) as error:
                log.warning("credentials.unread", error=repr(error))
                message = "the gateway's tables cannot be read; try again"
                await self._refuse(Request(scope), 503, message)(scope, receive, send)
                return
        await self._app(scope, receive, send)
