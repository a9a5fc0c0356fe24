"""The headers that make a message a CloudEvent (1.0.2, binary mode, NATS protocol binding).

Beside the standard's own attributes ours say why: `causationid`, the direct cause, and `correlationid`,
the wish at the start of the chain. The trace's context is added by the bus (`ce-traceparent`).
"""

from datetime import datetime

SPEC = "1.0"


def cloudevent(
    event_id: str,
    event_type: str,
    source: str,
    *,
    subject: str | None = None,
    at: datetime | None = None,
    cause: str | None = None,
    correlation: str | None = None,
    is_json: bool = True,
) -> dict[str, str]:
    """Answer the headers of an event; what is not given has none.

    `source` is whose it is (`/telecine/<org>/video`), `subject` the id of what it is about, `at` the
    virtual time. `is_json`: whether the body is JSON of ours; else it is somebody else's bytes.
    """
    attributes = {
        "ce-specversion": SPEC,
        "ce-id": event_id,
        "ce-type": event_type,
        "ce-source": source,
        "ce-subject": subject,
        "ce-time": at.isoformat() if at else None,
        "ce-causationid": cause,
        "ce-correlationid": correlation,
        "content-type": "application/json" if is_json else None,
    }
    return {name: value for name, value in attributes.items() if value is not None}
