"""The AsyncAPI document: generated from the code, committed, good for the official parser, and true."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft7Validator
from nats.aio.msg import Msg
from nats.js.api import StreamConfig

from telecine.shared.wire.streams import STREAMS
from telecine.simulations.commands.spec import written
from telecine.simulations.receiver import Answer
from telecine.simulations.spec import channels
from telecine.simulations.spec.asyncapi import document
from telecine.simulations.spec.catalogue import facts, kinds, questions
from tests.customer import Customer
from tests.house import TestHouse, joined
from tests.waiting import until

ROOT = Path(__file__).parents[2]
PARSER = "3.6.3"
#: What NATS itself and FastStream say to each other beside us.
FOREIGN = ("_INBOX.", "$JS.", "present.")


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return document()


def test_the_committed_document_is_what_the_code_says(described: dict[str, Any]) -> None:
    committed = (ROOT / "docs/asyncapi.json").read_text()

    assert committed == written(described), "docs/asyncapi.json is out of date: run `make docs`"


def test_every_fact_and_every_question_has_a_channel(described: dict[str, Any]) -> None:
    for name in (*facts(), *(question.subject() for question in questions())):
        assert name in described["channels"]
    assert len(facts()) >= 20
    assert len(questions()) >= 15
    assert {kind.name for kind in kinds()} >= {"video", "endpoint"}


def test_every_subject_of_every_stream_is_described(described: dict[str, Any]) -> None:
    addresses = {
        tuple(re.sub(r"\{[^}]*\}", "*", channel["address"]).split("."))
        for channel in described["channels"].values()
        if channel["address"]
    }

    for stream in STREAMS:
        for subject in stream.subjects or []:
            assert any(_overlap(subject.split("."), each) for each in addresses), subject


def _overlap(pattern: list[str], address: tuple[str, ...]) -> bool:
    if pattern[-1] == ">":
        pattern, address = pattern[:-1], address[: len(pattern) - 1]
    same = len(pattern) == len(address)
    return same and all(
        "*" in (one, other) or one == other for one, other in zip(pattern, address, strict=True)
    )


def test_a_stream_that_is_described_nowhere_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    another = StreamConfig(name="SECRETS", subjects=["secret.*"])
    monkeypatch.setattr(channels, "STREAMS", (*STREAMS, another))

    with pytest.raises(LookupError, match="SECRETS"):
        document()


async def test_every_message_of_a_house_is_as_the_document_says(
    house: TestHouse, described: dict[str, Any]
) -> None:
    heard: list[Msg] = []

    async def hear(message: Msg) -> None:
        heard.append(message)

    async with joined(house) as bus:
        await bus.client.subscribe(">", cb=hear)
        await bus.client.flush()
        customer = Customer(house.http)
        failing = await customer.endpoint(house.receiver.on("/bad", Answer(500), Answer()))
        await customer.endpoint(house.receiver.on("/good"), "video.process_succeeded")
        await customer.upload()
        await customer.one(failing, "postponed")
        await customer.speed(3600)
        await customer.one(failing, "succeeded")
        await customer.switch(failing, active=False)
        await customer.delete(failing)
        await until(lambda: {"lease", "heartbeat"} <= {m.subject.split(".")[0] for m in heard})

    seen = {_check(message, described) for message in heard if not _is_foreign(message)}
    assert seen >= {
        "video.uploaded",
        "video.ready_to_watch",
        "endpoint.created",
        "endpoint.deleted",
        "clock.speed_changed",
        "attempt.failed",
        "attempt.succeeded",
        "delivery.requested",
        "timer",
        "due",
        "lease",
        "heartbeat",
        "rpc.ingest.video.upload_link",
        "rpc.subscriptions.endpoint.create",
    }


def _is_foreign(message: Msg) -> bool:
    return message.subject.startswith(FOREIGN)


def _check(message: Msg, described: dict[str, Any]) -> str:
    """Hold one message against the document; answer its channel."""
    found = list(_channels_of(message.subject, described))
    assert len(found) == 1, f"{message.subject} is described by {found}"
    (name,) = found
    ((_, ref),) = described["channels"][name]["messages"].items()
    said = described["components"]["messages"][ref["$ref"].rpartition("/")[2]]
    _holds(said.get("headers", {}), dict(message.headers or {}), described, message)
    if said["payload"].keys() - {"description"}:
        body = json.loads(message.data) if message.data else None
        _holds(said["payload"], body, described, message)
    return name


def _channels_of(subject: str, described: dict[str, Any]) -> Iterator[str]:
    for name, channel in described["channels"].items():
        pattern = re.sub(r"\\\{[^}]*\\\}", r"[^.]+", re.escape(channel["address"] or "never"))
        if re.fullmatch(pattern, subject):
            yield name


def _holds(schema: Any, value: Any, described: dict[str, Any], message: Msg) -> None:
    whole = {**schema, "components": {"schemas": described["components"]["schemas"]}}
    errors = [str(error) for error in Draft7Validator(whole).iter_errors(value)]
    assert not errors, f"{message.subject} {message.headers} {message.data!r}: {errors[0]}"
