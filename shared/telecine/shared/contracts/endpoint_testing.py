"""What may be asked to try an endpoint out: a webhook to look at, and one that is really sent."""

from typing import Any, ClassVar

from telecine.shared.contracts import Command, Request
from telecine.shared.events import Wire


class ExampleWebhook(Wire):
    """A webhook as it would go out; what is secret or made at the attempt is described instead."""

    type: str
    headers: dict[str, str]
    body: str


class GetExample(Request[ExampleWebhook]):
    """`type` None: the first that the endpoint is sent."""

    service: ClassVar[str] = "subscriptions"
    name: ClassVar[str] = "endpoint.example"
    reply: ClassVar[type[Any]] = ExampleWebhook
    org: str
    endpoint_id: str
    type: str | None = None


class TestOwed(Wire):
    """A test is on its way: the delivery to look at, and the type that it is of."""

    __test__: ClassVar[bool] = False  # pytest: no class of tests

    delivery_id: str
    type: str


class TestEndpoint(Command[TestOwed]):
    """Send an example: one attempt, no retry, on record like any delivery."""

    __test__: ClassVar[bool] = False

    service: ClassVar[str] = "subscriptions"
    name: ClassVar[str] = "endpoint.test"
    reply: ClassVar[type[Any]] = TestOwed
    endpoint_id: str
    request_key: str
    type: str | None = None
