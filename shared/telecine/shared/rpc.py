"""Request and reply between services: FastStream answers, a plain NATS request asks."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import structlog
from faststream.nats import NatsBroker
from faststream.nats.response import NatsResponse
from nats.errors import Error as NatsError

from telecine.shared.bus import Bus
from telecine.shared.contracts import Request
from telecine.shared.errors import Refusal, Unavailable
from telecine.shared.events import Wire
from telecine.shared.logging import correlation

log = structlog.get_logger()

R = TypeVar("R", bound=Wire)
Q = TypeVar("Q", bound=Request[Any])

#: Seconds until a question without an answer counts as unanswered.
TIMEOUT = 10.0
_ERROR = "telecine-error"
#: Questions of one kind that a copy answers side by side; without it each waits for the one before.
_ABREAST = 16


class _Refused(Wire):
    """A refusal on the wire."""

    code: str
    message: str
    field: str | None = None


async def call(bus: Bus, request: Request[R], timeout: float = TIMEOUT) -> R:
    """Ask another service. Raises Refusal as it did, or Unavailable if it does not answer."""
    try:
        answer = await bus.client.request(
            request.subject(), request.model_dump_json().encode(), timeout=timeout
        )
    except (NatsError, TimeoutError) as error:
        raise Unavailable(f"the {request.service} service does not answer: {error}") from error
    code = (answer.headers or {}).get(_ERROR)
    if code is None:
        reply: R = request.reply.model_validate_json(answer.data)
        return reply
    if code == "unavailable":
        raise Unavailable(answer.data.decode())
    refused = _Refused.model_validate_json(answer.data)
    raise Refusal(refused.code, refused.message, refused.field)  # type: ignore[arg-type]  # the code came from a Refusal


def serve(broker: NatsBroker, question: type[Q], handle: Callable[[Q], Awaitable[Wire]]) -> None:
    """Let `handle` answer a kind of question, shared among the copies of its service."""

    async def answer(request: Q) -> NatsResponse:
        with correlation(getattr(request, "correlation_id", "-")):
            return await _answer(handle, request)

    functools.update_wrapper(answer, handle, assigned=("__doc__",), updated=())
    del answer.__wrapped__  # type: ignore[attr-defined]  # FastStream must read our annotations, not the handler's
    answer.__annotations__ = {"request": question, "return": NatsResponse}
    answer.__name__ = question.name.replace(".", "_")
    broker.subscriber(question.subject(), queue=question.service, max_workers=_ABREAST)(answer)


async def _answer(handle: Callable[[Q], Awaitable[Wire]], request: Q) -> NatsResponse:
    try:
        return NatsResponse((await handle(request)).model_dump_json().encode())
    except Refusal as error:
        refused = _Refused(code=error.code, message=error.message, field=error.field)
        return NatsResponse(refused.model_dump_json().encode(), headers={_ERROR: "refused"})
    except Exception as error:
        log.error("rpc.failed", question=request.subject(), error=repr(error), exc_info=True)
        text = f"the {request.service} service could not answer: {type(error).__name__}"
        return NatsResponse(text.encode(), headers={_ERROR: "unavailable"})
