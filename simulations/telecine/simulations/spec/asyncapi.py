"""The AsyncAPI 3 document of the house's subjects: every fact, question, timer and work message.

What there is comes from the code's catalogue, so a new fact or question appears by itself; a stream
that is described nowhere is an error.
"""

from importlib.metadata import version
from inspect import getdoc
from typing import Any

from telecine.shared.copies.heartbeat import Heartbeat
from telecine.shared.copies.runs import Marker, Sign
from telecine.shared.wire.rpc import Refused
from telecine.simulations.spec import headers
from telecine.simulations.spec.catalogue import facts, kinds, questions
from telecine.simulations.spec.channels import Channel, channels
from telecine.simulations.spec.schemas import Schema, Schemas

JSON = "application/json"
_PARAMETERS = {
    "org": "The organisation.",
    "id": "The id of what it is about.",
    "endpoint": "The endpoint's id.",
    "service": "The service.",
    "instance": "One running copy of it.",
    "key": "What waits: a video, a delivery.",
    "generation": "The version of the fact that set it, or the attempt's number.",
    "name": "What is owned.",
}


def document() -> dict[str, Any]:
    """Answer the whole document."""
    schemas = _schemas()
    sent, asked = channels(schemas), questions()
    return {
        "asyncapi": "3.0.0",
        "info": _info(),
        "defaultContentType": JSON,
        "servers": {"nats": _server()},
        "channels": {
            **{channel.id: _channel(channel) for channel in sent},
            **{question.subject(): _question(question) for question in asked},
            "reply": _replies(asked),
        },
        "operations": {
            **{f"send_{_name(channel.id)}": _sending(channel) for channel in sent},
            **{f"answer_{_name(q.subject())}": _answering(q) for q in asked},
        },
        "components": {
            "messages": _messages(schemas, sent, asked),
            "schemas": schemas.definitions,
        },
    }


def _info() -> Schema:
    return {
        "title": "Telecine",
        "version": version("telecine"),
        "description": (
            "What the services of a house say to each other over NATS. Facts and work are kept in "
            "JetStream; commands and queries are requests with a reply. Generated from the code."
        ),
        "license": {"name": "Apache-2.0"},
    }


def _server() -> Schema:
    return {
        "host": "127.0.0.1:4222",
        "protocol": "nats",
        "description": "TELECINE_NATS_URL; `telecine up` starts its own, on a free port with a token.",
    }


def _schemas() -> Schemas:
    schemas = Schemas()
    for kind in kinds():
        schemas.want(f"{kind.name} state", kind.state, "serialization")
    for name, fact in facts().items():
        schemas.want(name, fact, "serialization")
    for question in questions():
        schemas.want(question.subject(), question, "validation")
        schemas.want(question.reply.__name__, question.reply, "serialization")
    schemas.want("refused", Refused, "serialization")
    schemas.want("heartbeat", Heartbeat, "serialization")
    schemas.want("run", Marker, "serialization")
    schemas.want("sign", Sign, "serialization")
    schemas.collect()
    return schemas


def _name(text: str) -> str:
    return text.replace(".", "_")


def _message_ref(name: str) -> Schema:
    return {"$ref": f"#/components/messages/{name}"}


def _in_channel(channel: str, message: str) -> Schema:
    return {"$ref": f"#/channels/{channel}/messages/{message}"}


def _channel(channel: Channel) -> Schema:
    varying = [token[1:-1] for token in channel.address.split(".") if token.startswith("{")]
    kept = f"Kept in the stream {channel.stream}." if channel.stream else "Not kept."
    described: Schema = {
        "address": channel.address,
        "description": kept,
        "messages": {channel.id: _message_ref(channel.id)},
    }
    if varying:
        described["parameters"] = {name: {"description": _PARAMETERS[name]} for name in varying}
    if channel.stream:
        described["tags"] = [{"name": channel.stream}]
    return described


def _question(question: Any) -> Schema:
    return {
        "address": question.subject(),
        "description": f"Answered by one copy of {question.service}.",
        "messages": {question.__name__: _message_ref(question.__name__)},
        "bindings": {"nats": {"queue": question.service}},
    }


def _replies(asked: list[Any]) -> Schema:
    names = sorted({question.reply.__name__ for question in asked})
    return {
        "address": None,
        "description": "The asker's own inbox, which NATS sends along as the request's reply subject.",
        "messages": {name: _message_ref(name) for name in [*names, "Refused", "Unavailable"]},
    }


def _sending(channel: Channel) -> Schema:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{channel.id}"},
        "summary": channel.about.split("\n")[0],
        "messages": [_in_channel(channel.id, channel.id)],
    }


def _answering(question: Any) -> Schema:
    answers = [question.reply.__name__, "Refused", "Unavailable"]
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{question.subject()}"},
        "summary": (getdoc(question) or question.__name__).split("\n")[0],
        "messages": [_in_channel(question.subject(), question.__name__)],
        "reply": {
            "channel": {"$ref": "#/channels/reply"},
            "messages": [_in_channel("reply", name) for name in answers],
        },
    }


def _messages(schemas: Schemas, sent: list[Channel], asked: list[Any]) -> dict[str, Schema]:
    found = {channel.id: _message(channel) for channel in sent}
    for question in asked:
        found[question.__name__] = _plain(question, schemas.of(question.subject(), "validation"))
        reply = question.reply
        found[reply.__name__] = _plain(reply, schemas.of(reply.__name__, "serialization"))
    refusal = {"telecine-error": "refused", "telecine-refusal": "not_found"}
    found["Refused"] = {
        **_plain(Refused, schemas.of("refused", "serialization")),
        "headers": headers.schema(refusal),
    }
    found["Unavailable"] = {
        "summary": "The service cannot answer now; the wish may or may not have happened.",
        "contentType": "text/plain",
        "headers": headers.schema({"telecine-error": "unavailable"}),
        "payload": {"type": "string"},
    }
    return dict(sorted(found.items()))


def _message(channel: Channel) -> Schema:
    described: Schema = {
        "summary": channel.about.split("\n")[0],
        "contentType": JSON,
    }
    if channel.headers:
        described["headers"] = headers.schema(channel.headers)
    return described | {"description": channel.about, "payload": channel.payload}


def _plain(model: type[Any], payload: Schema) -> Schema:
    about = getdoc(model) or model.__name__
    return {"summary": about.split("\n")[0], "contentType": JSON, "payload": payload}
