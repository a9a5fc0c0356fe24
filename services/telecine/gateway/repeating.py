"""Requests with an `Idempotency-Key` on their way in: each is held against those that had it before."""

from collections.abc import Callable, Coroutine
from hashlib import sha256
from typing import Any

import structlog
from fastapi import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from telecine.gateway.limits import JSON_LIMIT
from telecine.gateway.wishes import Answer, Held, Wishes
from telecine.platforms.house import House, wish_of
from telecine.shared.errors import Unavailable

log = structlog.get_logger()

#: Characters of a key; the draft asks for a limit and names none.
MOST = 255
_OTHER = (
    "this Idempotency-Key was sent with another request before; repeat that one to the letter, "
    "or give this one a key of its own"
)
_TOO_LONG = f"an Idempotency-Key may have {MOST} characters; send a shorter one, such as a UUID"
#: Where an answer is kept and given again; a platform answers with its object as it stands.
_KEPT = "/v1/"
_JSON = "application/json"


class Repeating:
    """Lets a wish pass, answers it again, or says that its key is another wish's.

    A refusal (4xx) is no answer to keep: the key can be used again, for the wish put right.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        wishes: Callable[[], Wishes],
        house: House,
        refuse: Callable[[Request, int, str], Response],
    ) -> None:
        self._app = app
        self._wishes = wishes
        self._house = house
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wish = self._wish(Request(scope)) if scope["type"] == "http" else None
        if wish is None:
            await self._app(scope, receive, send)
            return
        if len(Request(scope).headers["idempotency-key"]) > MOST:
            await self._refuse(Request(scope), 400, _TOO_LONG)(scope, receive, send)
            return
        pieces = await _read(receive)
        body = b"".join(piece.get("body", b"") for piece in pieces)
        if not _whole(pieces) or (scope["method"] == "GET" and not body):
            await self._app(scope, _again(pieces, receive), send)
            return
        fingerprint = sha256(scope["query_string"] + b"\0" + body).hexdigest()
        try:
            held = await self._wishes().hold(wish, fingerprint)
        except Unavailable as error:  # nothing has happened yet, and nothing may without the key
            await self._refuse(Request(scope), 503, str(error))(scope, receive, send)
            return
        answer = self._known(Request(scope), held, fingerprint)
        if answer is not None:
            await answer(scope, receive, send)
            return
        on_the_way = _OnTheWay(self._wishes, wish, held, send)
        if scope["path"].startswith(_KEPT):
            on_the_way.body = b""
        await self._app(scope, _again(pieces, receive), on_the_way.send)

    def _wish(self, request: Request) -> str | None:
        """Answer the name of what is asked for, if it has a key and comes from somebody known."""
        key = request.headers.get("idempotency-key")
        if not key or request.method not in {"POST", "GET"}:
            return None
        # Whatever a platform's scheme is called, its credential is the last word.
        credential = (request.headers.get("authorization", "").split() or [""])[-1]
        org = self._house.org_of(credential) or self._house.org_of_token(credential)
        return wish_of(org, request.url.path, key) if org else None

    def _known(self, request: Request, held: Held, fingerprint: str) -> Response | None:
        """Answer what there is to say of a key that was seen before; None: let it pass."""
        if held.fingerprint != fingerprint:
            return self._refuse(request, 422, _OTHER)
        if held.answer:
            return Response(held.answer.body, held.answer.status, media_type=_JSON)
        return None


class _OnTheWay:
    """An answer on its way out: a refusal frees the key; one to be kept is kept before it leaves.

    `body` is what has come of it so far, if it is to be kept.
    """

    def __init__(self, wishes: Callable[[], Wishes], wish: str, held: Held, send: Send) -> None:
        self._wishes = wishes
        self._wish = wish
        self._held = held
        self._send = send
        self._status = 0
        self.body: bytes | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            if self._held.ours and 400 <= self._status < 500:
                await self._note(self._wishes().forget(self._wish))
        elif self.body is not None and self._status < 400:
            self.body += message.get("body", b"")
            if not message.get("more_body"):
                answer = Answer(self._status, self.body)
                kept = self._wishes().keep(self._wish, self._held.fingerprint, answer)
                await self._note(kept)
        await self._send(message)

    async def _note(self, noting: Coroutine[Any, Any, None]) -> None:
        """Note what came of the wish. If that fails, the answer goes out all the same: repeated, the
        wish is let through once more, and whoever obeys it knows it by its key."""
        try:
            await noting
        except Unavailable as error:
            log.warning("wish.not_noted", error=str(error))


async def _read(receive: Receive) -> list[Message]:
    """Answer a body's messages, all of them unless there is more than any JSON body may have."""
    pieces, size = [await receive()], 0
    while pieces[-1].get("more_body"):
        size += len(pieces[-1].get("body", b""))
        if size > JSON_LIMIT:
            break
        pieces.append(await receive())
    return pieces


def _whole(pieces: list[Message]) -> bool:
    return pieces[-1]["type"] == "http.request" and not pieces[-1].get("more_body")


def _again(pieces: list[Message], receive: Receive) -> Receive:
    """Answer what gives these messages before those to come."""
    waiting = iter(pieces)

    async def receive_again() -> Message:
        piece = next(waiting, None)
        return await receive() if piece is None else piece

    return receive_again
