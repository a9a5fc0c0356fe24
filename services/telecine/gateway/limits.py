"""No request may be larger than its kind allows: 256 KiB for JSON, the upload limit for tus."""

from collections.abc import Callable

from fastapi import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: A reply and a message have 1 MiB inside the house; what comes in must fit well below.
JSON_LIMIT = 256 * 1024


class BodyLimit:
    """Refuses a body over the limit before (or while) it is read, in the path's own error shape.

    `is_upload` says which paths are tus doors; those have limits of their own.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        is_upload: Callable[[str], bool],
        refuse: Callable[[Request, int, str], Response],
    ) -> None:
        self._app = app
        self._is_upload = is_upload
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._is_upload(scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        declared = request.headers.get("content-length", "0")
        if declared.isdigit() and int(declared) > JSON_LIMIT:
            await self._answer(request, scope, receive, send)
            return
        counter = _Counter(receive, send)
        try:
            await self._app(scope, counter.receive, counter.send)
        except Exception:
            if not counter.too_large:
                raise
        if counter.too_large:
            await self._answer(request, scope, receive, send)

    async def _answer(self, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        message = f"the request body may have {JSON_LIMIT // 1024} KiB; send less"
        await self._refuse(request, 413, message)(scope, receive, send)


class _Counter:
    """Counts what is read; past the limit the reader fails, and its own answer is not sent."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._seen = 0

    @property
    def too_large(self) -> bool:
        return self._seen > JSON_LIMIT

    async def receive(self) -> Message:
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self.too_large:
            raise ValueError("the request body is over the limit")
        return message

    async def send(self, message: Message) -> None:
        if not self.too_large:
            await self._send(message)
