"""What cannot be read is BrokenMessage and nothing else; what cannot be trusted is folded anew."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telecine.shared.errors import BrokenMessage
from telecine.shared.events import Stamp
from telecine.shared.log import envelope
from telecine.shared.log.envelope import Kind, Recorded
from telecine.shared.log.kinds import ENDPOINT, VIDEO
from tests.shared.golden_cases import TRACE, Written
from tests.shared.goldens import FOLDER, kept
from tests.shared.journal import STORED_AT
from tests.shared.videos import CREATED, FACTS, ID, ORG, minute, stamp

NAME = "video.created.schema1.state2"
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)


def golden() -> Written:
    return kept(FOLDER / f"{NAME}.json")


def parse(
    kind: Kind[Any, Any] = VIDEO,
    subject: str | None = None,
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
) -> Recorded[Any, Any]:
    """Parse the golden message with one part exchanged."""
    message = golden()
    return envelope.parse(
        kind,
        message.subject if subject is None else subject,
        message.headers if headers is None else headers,
        json.dumps(message.body).encode() if body is None else body,
        sequence=1,
        stored_at=STORED_AT,
    )


def body(**changes: object) -> bytes:
    return json.dumps({**golden().body, **changes}).encode()


def test_golden_message_itself_can_be_read() -> None:
    assert parse().state == CREATED


def test_state_of_another_version_is_not_trusted_but_its_fact_is() -> None:
    recorded = parse(replace(VIDEO, state_version=VIDEO.state_version + 1))

    assert recorded.state is None
    assert recorded.fact == FACTS["created"]


def test_broken_state_of_another_version_does_not_matter() -> None:
    assert parse(body=body(state_version=0, state={"kind": "long gone"})).state is None


@pytest.mark.parametrize("changes", [{"schema": 2}, {"schema": 0}, {"schema": None}])
def test_fact_of_an_unknown_schema_version_is_not_read_as_one_we_know(
    changes: dict[str, object],
) -> None:
    with pytest.raises(BrokenMessage, match="schema version"):
        parse(body=body(**changes))


@pytest.mark.parametrize("missing", ["schema", "version", "data", "state_version", "state"])
def test_body_without_one_of_its_parts_is_broken(missing: str) -> None:
    rest = {name: value for name, value in golden().body.items() if name != missing}

    with pytest.raises(BrokenMessage, match=missing):
        parse(body=json.dumps(rest).encode())


@pytest.mark.parametrize(
    "missing", ["ce-id", "ce-type", "ce-time", "ce-causationid", "ce-correlationid"]
)
def test_message_without_one_of_its_headers_is_broken(missing: str) -> None:
    rest = {name: value for name, value in golden().headers.items() if name != missing}

    with pytest.raises(BrokenMessage, match=missing):
        parse(headers=rest)


def test_fact_with_a_field_that_nobody_knows_is_broken() -> None:
    data = {**golden().body["data"], "colour": "red"}

    with pytest.raises(BrokenMessage, match="colour"):
        parse(body=body(data=data))


@pytest.mark.parametrize("subject", ["video.created.demo", "video.created.demo.v1.x", ""])
def test_subject_of_another_shape_is_broken(subject: str) -> None:
    with pytest.raises(BrokenMessage):
        parse(subject=subject)


def test_fact_of_another_kind_is_broken() -> None:
    with pytest.raises(BrokenMessage, match=r"video\.created"):
        parse(ENDPOINT)


@given(raw=st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
@settings(deadline=None)
def test_no_body_raises_anything_but_broken_message(raw: bytes) -> None:
    with pytest.raises(BrokenMessage):
        parse(body=raw)


@given(part=st.sampled_from(sorted(golden().body)), value=json_values)
@settings(deadline=None)
def test_no_part_of_a_body_raises_anything_but_broken_message(part: str, value: object) -> None:
    try:
        recorded = parse(body=body(**{part: value}))
    except BrokenMessage:
        return
    assert recorded.fact == FACTS["created"]


def test_subject_lies_under_the_filter_of_its_aggregate() -> None:
    subject = envelope.subject(FACTS["created"], stamp(1))

    assert subject == f"video.created.{ORG}.{ID}"
    assert VIDEO.filter(ORG, ID) == f"video.*.{ORG}.{ID}"


def test_time_keeps_its_microseconds() -> None:
    at = minute(1).replace(microsecond=123_456)

    written = envelope.headers(VIDEO, "e", FACTS["created"], Stamp(ORG, ID, at), TRACE)

    assert parse(headers=written).stamp.at == at
