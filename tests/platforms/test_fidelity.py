"""Every pack's table of origins: complete by its routes and without more, its sources of good form."""

import re
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from pydantic import BaseModel
from typing_extensions import is_typeddict

from telecine.platforms import packs
from telecine.platforms.fidelity import Call, Claim, Kind, Word
from telecine.platforms.pack import Pack
from telecine.platforms.saying import Saying
from telecine.simulations.spec import house_fidelity
from telecine.simulations.spec.catalogue import facts
from telecine.simulations.spec.openapi import document
from tests.platforms.told import tables

PACKS = list(packs())

#: A document of the platform's, or of somebody else: where something is documented.
PUBLIC = re.compile(
    r"S[0-4]|O(@[0-9a-f]{7})?:[\w/*.]+|T(@[0-9a-f]{8})?:[\w/*.-]+|SDK:[\w/.-]+|PUB:[\w/. -]+"
)
#: Why we believe or do something that is not.
OURS = re.compile(r"INFER|GAP|DESIGN §\d|decision \d+")


def pack(platform: str) -> Pack:
    return packs()[platform]


def said_of(platform: str) -> Saying:
    saying = pack(platform).saying
    assert saying
    return saying


@cache
def described() -> dict[str, Any]:
    return document()


def operations(platform: str) -> dict[str, Any]:
    """Answer what OpenAPI says of a platform's routes, by method and path."""
    return {
        f"{verb.upper()} {path}": each
        for path, item in described()["paths"].items()
        for verb, each in item.items()
        if said_of(platform).scheme in each["tags"]
    }


def claims(platform: str, kind: Kind) -> list[Claim]:
    return [claim for table in tables(platform, kind).values() for claim in table.claims]


def everything() -> list[tuple[str, Claim]]:
    known = [*(each.provenance() for each in packs().values()), house_fidelity.PROVENANCE]
    return [
        (f"{of.title}, {table.title}", claim)
        for of in known
        for table in of.tables
        for claim in table.claims
    ]


def models(kind: Any) -> set[type[BaseModel]]:
    """Answer the pydantic models of a request's body, those inside included."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        inside = [field.annotation for field in kind.model_fields.values()]
        return {kind}.union(*map(models, inside))
    return set().union(*map(models, get_args(kind)))


def shapes(kind: Any) -> set[Any]:
    """Answer the typed dictionaries that a type is made of, without what is inside of them."""
    if is_typeddict(get_origin(kind) or kind):
        return {get_origin(kind) or kind}.union(*map(shapes, get_args(kind)))
    return set().union(*map(shapes, get_args(kind)))


@pytest.mark.parametrize("platform", PACKS)
def test_the_calls_are_the_routes_with_their_status(platform: str) -> None:
    routes = {
        call: {int(code) for code in each["responses"] if code < "300"}
        for call, each in operations(platform).items()
    }
    doors = {f"tus {door.path}" for door in pack(platform).doors}
    doors |= {f"form {form.path}" for form in pack(platform).forms}

    told = {
        each.name: {each.status} for each in claims(platform, "call") if isinstance(each, Call)
    }

    assert {name: status for name, status in told.items() if name not in doors} == routes
    assert doors <= set(told)


@pytest.mark.parametrize("platform", PACKS)
def test_every_field_of_every_body_is_told(platform: str) -> None:
    saying = said_of(platform)
    taken = set().union(*(models(said.takes) for said in saying.routes.values()))
    told = {
        table.shape: set(table.names())
        for table in tables(platform, "field").values()
        if isinstance(table.shape, type) and issubclass(table.shape, BaseModel)
    }

    assert told == {model: set(model.model_fields) for model in taken}


@pytest.mark.parametrize("platform", PACKS)
def test_every_parameter_of_every_route_is_told(platform: str) -> None:
    saying = said_of(platform)
    told: dict[str, set[str]] = {}
    for table in tables(platform, "parameter").values():
        for function in table.of:
            told.setdefault(function, set()).update(table.names())

    assert told == {name: set(said.query) for name, said in saying.routes.items() if said.query}


@pytest.mark.parametrize("platform", PACKS)
def test_every_field_of_every_answer_is_told(platform: str) -> None:
    """What is inside has a table of its own, or stands below its field."""
    saying = said_of(platform)
    told = {
        table.shape: set(table.names())
        for table in tables(platform, "field").values()
        if is_typeddict(table.shape)
    }
    answered = [said.answers for said in saying.routes.values()]
    kinds = set().union(*map(shapes, [*answered, *saying.errors.values(), *saying.sent.values()]))

    assert kinds <= set(told)
    for shape, names in told.items():
        assert {name.partition(".")[0] for name in names} == set(get_type_hints(shape)), shape
        assert _inside(shape, set(told)) <= {_ends(name) for name in names}, shape


def _ends(name: str) -> tuple[str, str]:
    """Answer a name without what may stand between, such as a codec's name."""
    return name.partition(".")[0], name.rpartition(".")[2]


def _inside(shape: Any, told: set[Any]) -> set[tuple[str, str]]:
    return {
        (field, name)
        for field, kind in get_type_hints(shape).items()
        for inner in shapes(kind) - told
        for name in get_type_hints(inner)
    }


@pytest.mark.parametrize("platform", PACKS)
def test_every_status_of_an_error_is_told(platform: str) -> None:
    known = {code for each in operations(platform).values() for code in each["responses"]}

    told = {each.name for each in claims(platform, "error") if each.name.isdigit()}

    assert told == {code for code in known if code >= "400"}


@pytest.mark.parametrize("platform", PACKS)
def test_what_is_said_to_be_missing_is_not_served(platform: str) -> None:
    assert not set(pack(platform).provenance().missing) & set(operations(platform))


@pytest.mark.parametrize("platform", PACKS)
def test_the_events_are_those_that_are_ever_sent(platform: str) -> None:
    sends = pack(platform).sends

    told = [each.name for each in claims(platform, "event")]

    assert sorted(told) == sorted(name for name in facts() if sends(name, "extended"))


@pytest.mark.parametrize("platform", PACKS)
def test_every_header_of_the_platforms_own_is_told(platform: str) -> None:
    saying = said_of(platform)
    own = {*saying.sent_headers, *pack(platform).secret_headers}

    assert own <= {each.name for each in claims(platform, "header")}


def test_every_source_is_of_a_known_form_and_of_the_right_kind() -> None:
    for where, claim in everything():
        tags = claim.source.split(", ")
        public = [tag for tag in tags if PUBLIC.fullmatch(tag)]
        ours = [tag for tag in tags if OURS.fullmatch(tag)]
        assert len(public) + len(ours) == len(tags), f"{where}: {claim}"
        needed = public if claim.origin == "documented" else ours
        assert needed, f"{where}: {claim} is {claim.origin} and cites nothing for it"


def test_calls_tell_their_status_and_statuses_their_states() -> None:
    for platform in PACKS:
        assert all(isinstance(each, Call) for each in claims(platform, "call"))
        assert all(isinstance(each, Word) for each in claims(platform, "status"))


def test_nothing_is_told_twice_in_a_table() -> None:
    told = [(where, claim.name) for where, claim in everything()]

    assert sorted(set(told)) == sorted(told)
