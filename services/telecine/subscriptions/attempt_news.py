"""Reading the news of attempts, as delivery tells them."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from nats.aio.msg import Msg

from telecine.shared.errors import BrokenMessage
from telecine.shared.events.attempt import AttemptSucceeded
from telecine.subscriptions.health_decider import Failure

KINDS: dict[str, type[Failure] | type[AttemptSucceeded]] = {
    fact.type: fact for fact in (*get_args(Failure), AttemptSucceeded)
}


@dataclass(frozen=True)
class News:
    """One message of ATTEMPTS. `at` is virtual; `endpoint_id` is `_` where it tells of several."""

    id: str
    sequence: int
    org: str
    endpoint_id: str
    at: datetime
    correlation_id: str
    fact: Failure | AttemptSucceeded


def read(message: Msg) -> News:
    """Read a message. Raises BrokenMessage."""
    fields = message.headers or {}
    try:
        room, what, org, endpoint_id = message.subject.split(".")
        schema = int(fields.get("telecine-schema", "1"))
        return News(
            id=fields["ce-id"],
            sequence=message.metadata.sequence.stream,
            org=org,
            endpoint_id=endpoint_id,
            at=datetime.fromisoformat(fields["ce-time"]),
            correlation_id=fields["ce-correlationid"],
            fact=KINDS[f"{room}.{what}"].read(schema, json.loads(message.data)),
        )
    except (KeyError, ValueError) as error:
        raise BrokenMessage(f"{message.subject} is no news of an attempt: {error}") from error
