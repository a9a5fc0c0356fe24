"""Commands and queries: what one service may ask of another, and what it is answered.

Request and reply over NATS at `rpc.<service>.<name>`; a refusal comes back as the error of the
same name. Queries answer at most `PAGE` rows; who wants more asks again.
"""

from typing import Any, ClassVar, Generic, TypeVar

from telecine.shared.events import Wire

R = TypeVar("R", bound=Wire)


#: Rows in one answer: a reply has 1 MiB.
PAGE = 500


class Request(Wire, Generic[R]):
    """A wish or a question. `reply` is what a good answer is read as."""

    service: ClassVar[str]
    name: ClassVar[str]
    reply: ClassVar[type[Any]]

    @classmethod
    def subject(cls) -> str:
        return f"rpc.{cls.service}.{cls.name}"


class Command(Request[R]):
    """A wish of an organisation. `request_id` is this call's, `correlation_id` the whole chain's."""

    org: str
    request_id: str
    correlation_id: str


class Done(Wire):
    """It was done; there is nothing to say about it."""
