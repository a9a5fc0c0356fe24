"""What `/openapi.json` says beyond what FastAPI can know: keys, webhooks, and answers nobody ever gets."""

from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter

from telecine.platforms import packs
from telecine.platforms.pack import Pack
from telecine.platforms.saying import KEY, idempotency_key
from telecine.shared.contracts.operational import OPERATIONAL_WEBHOOKS

Schema = dict[str, Any]

_REF = "#/components/schemas/{model}"
_CONTROL, _HOUSE = "Control", "control"
#: FastAPI writes of these, but every route of ours answers bad input in its own words.
_NEVER = ("HTTPValidationError", "ValidationError")
#: What the tus library and the doors before it answer instead of what was asked for.
_TUS = (400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 422, 460, 501, 503)
#: A storage speaks XML, as S3 does.
_XML = {
    "description": "Not taken.",
    "content": {"application/xml": {"schema": {"type": "string"}}},
}
_FORM: Schema = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "description": "The fields that the session gave, and the file as the last one.",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                    "additionalProperties": {"type": "string"},
                }
            }
        },
    },
    "responses": {
        "204": {"description": "Stored."},
        **{str(code): _XML for code in (400, 403, 405, 409, 412, 503)},
    },
}
_HEADERS = {
    "webhook-id": "The delivery's id; the same over all its attempts.",
    "webhook-timestamp": "Unix seconds of this attempt, on the wall (or virtual, if the endpoint asks).",
    "webhook-signature": "Standard Webhooks, one for each key that signs, spaces between: `v1,` and "
    "HMAC-SHA256, or `v1a,` and ed25519, of id, timestamp and body.",
    "telecine-time": "The virtual moment of this attempt (RFC 3339).",
}


def completed(made: Schema) -> Schema:
    """Answer FastAPI's document of an application, with what it cannot know."""
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    components["securitySchemes"] = dict(_security())
    for path, operations in made["paths"].items():
        for verb, operation in operations.items():
            _mend(path, operation)
            _say_keys(verb, path, operation)
    made["webhooks"] = dict(_sent(schemas))
    for name in _NEVER:
        schemas.pop(name, None)
    components["schemas"] = dict(sorted(schemas.items()))
    made["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    return made


def _security() -> Iterator[tuple[str, Schema]]:
    about = "A key of the organisation whose house it is."
    yield _CONTROL, {"type": "http", "scheme": "bearer", "description": about}
    for pack in packs().values():
        if pack.saying:
            yield pack.saying.scheme, pack.saying.security


def _mend(path: str, operation: Schema) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    if path.startswith("/v1/"):
        operation["security"] = [{_CONTROL: []}]
    if "forms" in operation.get("tags", ()):
        operation |= _FORM
    if "tus" in operation.get("tags", ()):
        for response in responses.values():
            response.pop("content", None)
        responses |= {str(code): {"description": "Not taken."} for code in _TUS}
        if operation.get("parameters"):  # the library's own switches, which are nobody's to send
            taken = [each for each in operation["parameters"] if each["in"] != "query"]
            operation["parameters"] = taken


def _say_keys(verb: str, path: str, operation: Schema) -> None:
    """Say that a creating call takes an `Idempotency-Key`, and what a key of another wish is answered."""
    taken = operation.setdefault("parameters", [])
    if path.startswith("/v1/") and verb == "post":
        taken.append(idempotency_key())
    if any(each["name"] == KEY for each in taken):
        operation["responses"]["422"] = {
            **operation["responses"]["400"],
            "description": "The key was sent with another request before.",
        }
    if not taken:
        del operation["parameters"]


def _sent(schemas: Schema) -> Iterator[tuple[str, Schema]]:
    """Answer every webhook by its name: each platform's, then the house's own."""
    for pack in packs().values():
        for name, body in pack.saying.sent.items() if pack.saying else ():
            title = _title(name, body, schemas)
            yield f"{pack.name}.{name}", {"post": _webhook(pack, name, title)}
    for name, body in OPERATIONAL_WEBHOOKS.items():
        yield name, {"post": _webhook(None, name, _title(name, body, schemas))}


def _title(name: str, body: Any, schemas: Schema) -> str:
    """Answer what a body's schema is called, which is there from now on."""
    schema = TypeAdapter(body).json_schema(mode="serialization", ref_template=_REF)
    for inner, definition in schema.pop("$defs", {}).items():
        schemas.setdefault(inner, definition)
    title = str(schema.get("title", name))
    schemas.setdefault(title, schema)
    return title


def _webhook(pack: Pack | None, name: str, schema: str) -> Schema:
    """Answer a webhook of a platform, or of the house."""
    own = dict(pack.saying.sent_headers) if pack and pack.saying else {}
    sender = pack.name if pack else _HOUSE
    return {
        "tags": [sender],
        "operationId": f"{sender}_{name.replace('.', '_')}_webhook",
        "summary": f"{name}, to the endpoints that {'want' if pack else 'name'} it",
        "parameters": [
            {
                "name": header,
                "in": "header",
                "required": header not in own,
                "description": about,
                "schema": {"type": "string"},
            }
            for header, about in (_HEADERS | own).items()
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": _REF.format(model=schema)}}},
        },
        "responses": {
            "2XX": {"description": "Taken."},
            "default": {"description": "Not taken: it is sent again, by the retry schedule."},
        },
    }
