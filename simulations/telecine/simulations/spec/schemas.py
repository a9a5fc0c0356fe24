"""JSON Schemas of the code's own types, under names that are unique in a document."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import TypeAdapter

REF = "#/components/schemas/{model}"
Schema = dict[str, Any]
#: As it is written (every field is there), or as it is read (defaults may be left out).
Mode = Literal["serialization", "validation"]


class Schemas:
    """Collects types by a key; `definitions` has the schemas that they share once all are collected."""

    def __init__(self) -> None:
        self._wanted: dict[tuple[str, Mode], TypeAdapter[Any]] = {}
        self._made: Mapping[tuple[str, Mode], Any] = {}
        self.definitions: dict[str, Schema] = {}

    def want(self, key: str, kind: Any, mode: Mode) -> None:
        """Say that a type's schema will be asked for."""
        adapter = kind if isinstance(kind, TypeAdapter) else TypeAdapter(kind)
        self._wanted[key, mode] = adapter

    def collect(self) -> None:
        """Make all of them, in one go, so that two types of one name get two names."""
        inputs = [(key, mode, adapter) for (key, mode), adapter in self._wanted.items()]
        self._made, shared = TypeAdapter.json_schemas(inputs, ref_template=REF)
        definitions: dict[str, Schema] = shared.get("$defs", {})
        self.definitions = {name: draft_07(each) for name, each in sorted(definitions.items())}

    def of(self, key: str, mode: Mode) -> Schema:
        """Answer a type's schema; collected before."""
        made: Schema = draft_07(self._made[key, mode])
        return made


def draft_07(schema: Any) -> Any:
    """Say in JSON Schema draft 7, AsyncAPI's, what pydantic says in 2020-12."""
    if isinstance(schema, list):
        return [draft_07(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    said = {name: draft_07(value) for name, value in schema.items()}
    if isinstance(said.get("discriminator"), dict):
        said["discriminator"] = said["discriminator"]["propertyName"]
    if "prefixItems" in said:
        said["items"] = said.pop("prefixItems")
        said["additionalItems"] = False
    return said


def exactly(properties: Mapping[str, Schema], description: str = "") -> Schema:
    """Answer the schema of an object that has these fields, all of them and no others."""
    described = {"description": description} if description else {}
    return {
        "type": "object",
        **described,
        "required": list(properties),
        "additionalProperties": False,
        "properties": dict(properties),
    }
