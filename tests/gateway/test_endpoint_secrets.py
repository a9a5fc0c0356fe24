"""Keys over `/v1`: rotated with overlap, an owner's own, of both kinds; read in one place, on record."""

import contextlib
import json
import logging
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks
import structlog
import svix.webhooks
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from telecine.shared.observing.logging import configure
from telecine.simulations.receiver import Received
from tests.customer import Customer
from tests.gateway.endpoints import call, changed, made, wrong
from tests.house import OpenHouse, TestHouse
from tests.waiting import until

OWN = f"whsec_{b64encode(b'a secret of my own, 32 bytes now').decode()}"
VECTOR = (
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="
)
VECTOR_PUBLIC = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="


async def keys(house: TestHouse, endpoint: dict[str, Any], **query: str) -> list[dict[str, Any]]:
    """Answer the keys that sign, newest first."""
    answer = await call(house, "GET", f"/{endpoint['id']}/secret", params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["keys"])


async def rotated(house: TestHouse, endpoint: dict[str, Any], body: Any = None) -> dict[str, Any]:
    answer = await call(house, "POST", f"/{endpoint['id']}/secret/rotate", body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def received(house: TestHouse) -> Received:
    """Upload a video; answer the webhook that it makes."""
    before = len(house.receiver.received)
    await Customer(house.http).upload()
    await house.receiver.wait(lambda receiver: len(receiver.received) > before)
    return house.receiver.received[before]


def verified(taken: Received, secret: str) -> bool:
    """Whether both judges take a webhook by a secret."""
    found = []
    for judge in (standardwebhooks.Webhook(secret), svix.webhooks.Webhook(secret)):
        try:
            judge.verify(taken.body, dict(taken.headers))
        except standardwebhooks.WebhookVerificationError:
            found.append(False)
        else:
            found.append(True)
    assert len(set(found)) == 1
    return found[0]


def signed_by(taken: Received, public: str) -> bool:
    """Whether `cryptography` takes one of a webhook's v1a signatures by a public key."""
    key = Ed25519PublicKey.from_public_bytes(b64decode(public.removeprefix("whpk_")))
    head = f"{taken.headers['webhook-id']}.{taken.headers['webhook-timestamp']}."
    for each in taken.headers["webhook-signature"].split():
        kind, _, signature = each.partition(",")
        try:
            if kind == "v1a":
                key.verify(b64decode(signature), head.encode() + taken.body)
                return True
        except InvalidSignature:
            continue
    return False


async def test_after_a_rotation_both_keys_sign_until_the_overlap_ends(house: TestHouse) -> None:
    endpoint = await made(house, types=["video.uploaded"])
    [old] = await keys(house, endpoint)

    answer = await rotated(house, endpoint)
    both = await keys(house, endpoint)
    during = await received(house)
    await Customer(house.http).speed(1_000_000)
    late = await later(house, endpoint)

    assert [key["id"] for key in answer["keys"]] == [key["id"] for key in both]
    assert both[1]["secret"] == old["secret"]
    assert both[0]["secret"] != old["secret"]
    assert (both[0]["until"], bool(both[1]["until"])) == (None, True)
    assert [verified(during, key["secret"]) for key in both] == [True, True]
    assert [verified(late, key["secret"]) for key in both] == [True, False]
    assert [key["id"] for key in await keys(house, endpoint)] == [both[0]["id"]]
    assert await listed(house, endpoint) == [[both[0]["id"]]] * 2


async def listed(house: TestHouse, endpoint: dict[str, Any]) -> list[list[str]]:
    """Answer the ids of an endpoint's keys as it is shown by itself, and in the list."""
    alone = (await call(house, "GET", f"/{endpoint['id']}")).json()
    page = (await call(house, "GET", "")).json()["endpoints"]
    shown = [alone, *(each for each in page if each["id"] == endpoint["id"])]
    return [[key["id"] for key in each["keys"]] for each in shown]


async def later(house: TestHouse, endpoint: dict[str, Any]) -> Received:
    """Let a day and more go by; answer a webhook from then."""

    async def one_left() -> bool:
        return len(await keys(house, endpoint)) == 1

    await until(one_left)
    return await received(house)


async def test_without_overlap_the_old_key_stops_at_once(house: TestHouse) -> None:
    endpoint = await made(house, types=["video.uploaded"])
    [old] = await keys(house, endpoint)

    await rotated(house, endpoint, {"overlap": 0})
    taken, [new] = await received(house), await keys(house, endpoint)
    shown = (await call(house, "GET", f"/{endpoint['id']}")).json()

    assert [key["id"] for key in shown["keys"]] == [new["id"]]
    assert verified(taken, new["secret"])
    assert not verified(taken, old["secret"])


async def test_an_owner_brings_a_secret_of_their_own(house: TestHouse) -> None:
    endpoint = await made(house, types=["video.uploaded"])

    answer = await rotated(house, endpoint, {"secret": OWN})

    assert OWN not in json.dumps(answer)
    assert (await keys(house, endpoint))[0]["secret"] == OWN
    assert verified(await received(house), OWN)


async def test_both_kinds_sign_at_once_and_either_is_chosen(house: TestHouse) -> None:
    endpoint = await made(house, types=["video.uploaded"], settings={"signatures": ["v1", "v1a"]})
    known = {key["kind"]: key for key in await keys(house, endpoint)}
    public, secret = known["v1a"]["public"], known["v1"]["secret"]

    both = await received(house)
    await changed(house, endpoint, settings={"signatures": ["v1a"]})
    alone = await received(house)

    assert known["v1a"]["secret"] is None
    assert verified(both, secret)
    assert signed_by(both, public)
    assert signed_by(alone, public)
    assert alone.headers["webhook-signature"].startswith("v1a,")
    assert " " not in alone.headers["webhook-signature"]


async def test_only_keys_that_sign_are_shown_and_nobody_keeps_the_answer(house: TestHouse) -> None:
    endpoint = await made(house, settings={"signatures": ["v1", "v1a"]})

    found = []
    for signatures in (["v1", "v1a"], ["v1a"], ["v1"]):
        await changed(house, endpoint, settings={"signatures": signatures})
        answer = await call(house, "GET", f"/{endpoint['id']}/secret")
        found.append((answer.json()["secret"], [key["kind"] for key in answer.json()["keys"]]))
        assert answer.headers["cache-control"] == "no-store"

    secrets, kinds = zip(*found, strict=True)
    assert [set(each) for each in kinds] == [{"v1", "v1a"}, {"v1a"}, {"v1"}]
    assert secrets == (secrets[0], None, secrets[0])


async def test_an_asymmetric_key_is_made_when_it_is_asked_for_and_is_rotated_too(
    house: TestHouse,
) -> None:
    endpoint = await made(house, types=["video.uploaded"])
    refused = await call(house, "POST", f"/{endpoint['id']}/secret/rotate", {"kind": "v1a"})

    await changed(house, endpoint, settings={"signatures": ["v1a"]})
    [first] = [key for key in await keys(house, endpoint) if key["kind"] == "v1a"]
    await rotated(house, endpoint, {"secret": VECTOR})
    taken = await received(house)
    [new, *_] = await keys(house, endpoint, private="true")

    assert refused.status_code == 409
    assert refused.json()["error"]["field"] == "kind"
    assert (new["public"], new["secret"]) == (VECTOR_PUBLIC, VECTOR)
    assert signed_by(taken, VECTOR_PUBLIC)
    assert signed_by(taken, first["public"])


#: A body, the field that is blamed for it, and words of what is said.
WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"secret": "plain"}, "secret", "has no prefix"),
    ({"secret": "whsec_!!"}, "secret", "is not base64"),
    ({"secret": f"whsec_{b64encode(b'x' * 23).decode()}"}, "secret", "has 23 bytes"),
    ({"secret": f"whsec_{b64encode(b'x' * 65).decode()}"}, "secret", "has 65 bytes"),
    ({"secret": f"whsk_{b64encode(b'x' * 31).decode()}"}, "secret", "has 31 bytes"),
    ({"secret": f"whsk_{b64encode(b'x' * 64).decode()}"}, "secret", "belongs together"),
    ({"secret": OWN, "kind": "v1a"}, "kind", "leave kind out"),
    ({"overlap": -1}, "overlap", "at least 0"),
    ({"overlap": "60"}, "overlap", "must be a number"),
    ({"overlap": 1e9}, "overlap", "at most"),
    ({"kind": "v2"}, "kind", "'v1' or 'v1a'"),
    ({"key": "x"}, "key", "known are kind, overlap, secret"),
]


async def test_a_rotation_that_cannot_be_is_refused_with_its_field(house: TestHouse) -> None:
    endpoint = await made(house)
    for body, field, said in WRONG:
        answer = await call(house, "POST", f"/{endpoint['id']}/secret/rotate", body)

        blamed, message = wrong(answer)

        assert blamed == field
        assert said in message
    assert len(await keys(house, endpoint)) == 1


async def test_a_repeated_rotation_is_one_and_old_keys_are_ten_at_most(house: TestHouse) -> None:
    endpoint = await made(house)
    path, key = f"/{endpoint['id']}/secret/rotate", {"idempotency-key": "once"}

    first = await call(house, "POST", path, headers=key)
    again = await call(house, "POST", path, headers=key)
    assert first.json() == again.json()
    assert len(await keys(house, endpoint)) == 2
    for _ in range(11):
        await rotated(house, endpoint)

    assert len(await keys(house, endpoint)) == 11


async def test_each_reading_is_on_record_and_no_secret_with_it(house: TestHouse) -> None:
    endpoint = await made(house, settings={"signatures": ["v1", "v1a"]})
    shown = await keys(house, endpoint, private="true")
    await keys(house, endpoint)

    events = (
        await house.http.get(
            "/v1/events",
            params={"category": "endpoint"},
            headers={"authorization": "Bearer demo-key"},
        )
    ).json()["events"]

    readings = [each for each in events if each["type"] == "endpoint.secret_read"]
    assert [each["data"]["keys"] for each in readings] == [[key["id"] for key in shown]] * 2
    assert all(key["secret"] not in json.dumps(events) for key in shown)


def kept(folder: Path) -> bytes:
    """Answer what stands in a running house's files, whose temporary ones may vanish as we read."""
    found = []
    for place, _, files in os.walk(folder):
        for name in files:
            with contextlib.suppress(FileNotFoundError):
                found.append(Path(place, name).read_bytes())
    return b"".join(found)


@pytest.fixture
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.usefixtures("_logging_as_it_was")
async def test_secrets_are_in_one_answer_and_nowhere_else(
    open_house: OpenHouse, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = {"signatures": ["v1", "v1a"], "headers": {"x-mine": "a value to be hidden"}}
    async with open_house(log_level="debug") as house:
        configure("debug")
        endpoint = await made(house, types=["video.uploaded"], settings=settings)
        rotation = await rotated(house, endpoint, {"secret": OWN})
        await Customer(house.http).upload()
        delivery = await Customer(house.http).ended(endpoint["id"], "succeeded")
        secrets = [key["secret"] for key in await keys(house, endpoint, private="true")]
        secrets += ["a value to be hidden", OWN]
        told = [endpoint, rotation, delivery, (await call(house, "GET")).json()]
        stored = kept(house.settings.data)

    logged = "".join(capsys.readouterr())
    assert "endpoint.secret_rotated" in logged
    for secret in secrets:
        assert secret not in json.dumps(told)
        assert secret not in logged
        assert secret.encode() not in stored, "neither in a table nor in a log"
