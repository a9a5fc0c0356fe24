"""Request and reply between services: FastStream answers, a plain NATS request asks."""

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import structlog
from faststream.nats import NatsBroker, NatsMessage
from faststream.nats.response import NatsResponse
from nats.errors import Error as NatsError
from pydantic import ValidationError, WrapValidator
from pydantic_core import PydanticSerializationError

from telecine.shared.contracts import Request
from telecine.shared.errors import Refusal, Unavailable
from telecine.shared.events import Wire
from telecine.shared.observing.logging import correlation
from telecine.shared.wire.bus import Bus

log = structlog.get_logger()

R = TypeVar("R", bound=Wire)
Q = TypeVar("Q", bound=Request[Any])

#: Seconds until a question without an answer counts as unanswered.
TIMEOUT = 10.0
#: What kind of answer it is, if it is not a good one.
ERROR = "telecine-error"
#: Why it was refused, for who counts answers.
REASON = "telecine-refusal"
#: A message of NATS has 1 MiB; some of it is for headers.
MOST_BYTES = 1024 * 1024 - 4096
#: Questions of one kind that a copy answers side by side; without it each waits for the one before.
_ABREAST = 16


class Refused(Wire):
    """A refusal on the wire; `field` names what is to blame."""

    code: str
    message: str
    field: str | None = None


async def call(bus: Bus, request: Request[R], timeout: float = TIMEOUT) -> R:
    """Ask another service. Raises Refusal as it did, or Unavailable if it does not answer."""
    subject = request.subject()
    try:
        body = request.model_dump_json().encode()
    except PydanticSerializationError as error:
        raise Refusal("invalid", "a text is not Unicode (half of a surrogate pair)") from error
    try:
        with bus.tracing.asking(subject) as carried:
            answer = await bus.client.request(
                subject, body, timeout=timeout, headers=dict(carried) or None
            )
    except (NatsError, TimeoutError) as error:
        raise Unavailable(f"the {request.service} service does not answer: {error}") from error
    code = (answer.headers or {}).get(ERROR)
    if code is None:
        reply: R = request.reply.model_validate_json(answer.data)
        return reply
    if code == "unavailable":
        raise Unavailable(answer.data.decode())
    refused = Refused.model_validate_json(answer.data)
    raise Refusal(refused.code, refused.message, refused.field)  # type: ignore[arg-type]  # the code came from a Refusal


@dataclass(frozen=True)
class _Unreadable:
    """What came in place of a question."""

    error: ValidationError


def serve(
    broker: NatsBroker,
    question: type[Q],
    handle: Callable[[Q], Awaitable[Wire]],
    *,
    group: str | None = None,
) -> None:
    """Let `handle` answer a kind of question, shared among the copies of its service.

    `group`: among those of this group; each group hears every question, and the first answer counts.
    """

    def read(body: bytes, _: object) -> Q | _Unreadable:
        # Here and not by FastStream, which would leave the asker of a bad question without answer.
        try:
            return question.model_validate_json(body)
        except ValidationError as error:
            return _Unreadable(error)

    async def answer(request: Q | _Unreadable) -> NatsResponse:
        with correlation(getattr(request, "correlation_id", "-")):
            return await _answer(handle, request)

    functools.update_wrapper(answer, handle, assigned=("__doc__",), updated=())
    del answer.__wrapped__  # type: ignore[attr-defined]  # FastStream must read our annotations, not the handler's
    answer.__annotations__ = {
        "request": Annotated[question, WrapValidator(read)],
        "return": NatsResponse,
    }
    answer.__name__ = question.name.replace(".", "_")
    subscriber = broker.subscriber(
        question.subject(),
        queue=group or question.service,
        max_workers=_ABREAST,
        decoder=_as_it_is,
    )
    subscriber(answer)


async def _as_it_is(message: NatsMessage) -> bytes:
    body: bytes = message.body
    return body


async def _answer(
    handle: Callable[[Q], Awaitable[Wire]], request: Q | _Unreadable
) -> NatsResponse:
    try:
        if isinstance(request, _Unreadable):
            raise _invalid(request.error)
        body = (await handle(request)).model_dump_json().encode()
        if len(body) > MOST_BYTES:
            raise Unavailable(f"its answer of {len(body)} bytes is too large for one message")
    except Refusal as error:
        refused = Refused(code=error.code, message=error.message, field=error.field)
        return NatsResponse(
            refused.model_dump_json().encode(), headers={ERROR: "refused", REASON: error.code}
        )
    except Exception as error:  # noqa: BLE001 - who asked is told, and it is logged
        return _failed(request, error)
    return NatsResponse(body)


def _invalid(error: ValidationError) -> Refusal:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    return Refusal("invalid", first["msg"], field or None)


def _failed(request: object, error: Exception) -> NatsResponse:
    """Unavailable tells why; of a defect only its kind leaves the service."""
    expected = isinstance(error, Unavailable)
    question = type(request).__name__
    log.error("rpc.failed", question=question, error=repr(error), exc_info=not expected)
    why = str(error) if expected else type(error).__name__
    text = f"the {getattr(request, 'service', 'asked')} service could not answer: {why}"
    return NatsResponse(text.encode(), headers={ERROR: "unavailable"})
