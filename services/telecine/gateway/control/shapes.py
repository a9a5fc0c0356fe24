"""The control API's answers and bodies, as OpenAPI shows them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from telecine.shared.contracts.attempts import FoundAttempt
from telecine.shared.contracts.clock import ClockAnswer
from telecine.shared.contracts.delivery import Attempt, Delivery, ListedDelivery
from telecine.shared.contracts.endpoint_settings import Number


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Problem(Shape):
    """What is wrong and what to do; `field` names the input, if one is to blame."""

    status: int
    message: str
    field: str | None


class ProblemAnswer(Shape):
    error: Problem


class EventsAnswer(Shape):
    """Facts in the log's order. Ask again with `cursor` for what comes behind them."""

    events: list[dict[str, Any]]
    cursor: str


class HistoryAnswer(Shape):
    """Every fact of a video, each with the state after it and its position in the log."""

    video_id: str
    facts: list[dict[str, Any]]


class StateAnswer(Shape):
    """A video as it was; `position` and `at` are those of the last fact until then."""

    video_id: str
    position: int
    at: datetime
    state: dict[str, Any]


class DeliveriesAnswer(Shape):
    """Newest first. `cursor` continues behind what was looked through; null at the end.

    An answer looks through 100,000 deliveries at most: with a cursor it may hold fewer than `limit`.
    """

    deliveries: list[ListedDelivery]
    cursor: str | None


class AttemptsAnswer(Shape):
    """Newest first. `cursor` continues behind what was looked through; null at the end.

    An answer looks through 100,000 attempts and holds 640 KiB at most: with a cursor it may hold fewer
    than `limit`.
    """

    attempts: list[FoundAttempt]
    cursor: str | None


class DeliveryAnswer(Shape):
    """A delivery, its body, and its attempts, first one first: of very many the last 100."""

    delivery: ListedDelivery
    body: str
    attempts: list[Attempt]


class ResendAnswer(Shape):
    """A resend was taken on: the delivery as it stood, and the number that its attempt will have.

    Whoever makes an attempt of the same delivery first takes that number; then it is the next one.
    """

    delivery: Delivery
    number: int


class ClockShape(Shape):
    """Virtual `now` at `wall`; `speed` virtual seconds pass in one of the wall's, 0 is frozen."""

    now: datetime
    wall: datetime
    speed: float
    frozen: bool

    @classmethod
    def of(cls, clock: ClockAnswer) -> "ClockShape":
        return cls(now=clock.now, wall=clock.wall, speed=clock.speed, frozen=clock.speed == 0)


class ClockWish(Shape):
    """The speed to run at from now on; 0 freezes virtual time."""

    speed: Annotated[Number, Field(ge=0, le=1_000_000)]
