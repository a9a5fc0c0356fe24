"""A stencil, filled, is what would be written of all headers one by one; and its record says the same."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import standardwebhooks
from hypothesis import given, settings
from hypothesis import strategies as st

from telecine.delivery.keyring import Keys
from telecine.delivery.signing import signature, signer
from telecine.delivery.stencil import REDACTED, Moment, stencil_of
from telecine.delivery.target import Unsendable, target_of
from telecine.delivery.webhook import WebhookRequest
from telecine.platforms import packs
from telecine.shared.aggregates.endpoint import Profile
from telecine.shared.events.endpoint import EndpointSettings
from telecine.shared.sending.agent import USER_AGENT
from tests.shared import endpoints
from tests.shared.golden_cases import OWED
from tests.shared.videos import minute

SECRET = f"whsec_{b64encode(b'k' * 24).decode()}"
OTHER = f"whsec_{b64encode(b'o' * 24).decode()}"
SIGNERS = (signer("new", "v1", SECRET), signer("old", "v1", OTHER))
MOMENT = Moment(minute(3), minute(90))
BODY = b'{"a":"100 %s"}'


def with_token(_: Profile, secrets: Mapping[str, str]) -> dict[str, str]:
    return {"X-Their-Token": secrets["token"]}


PACK = replace(packs()["omega"], headers=with_token, secret_headers=frozenset({"x-their-token"}))


def endpoint(
    headers: Mapping[str, str], url: str = "http://user:pass@shop.example/a%20b?c=%s"
) -> tuple[Profile, Keys]:
    """Answer an endpoint with headers of its own, and what it needs."""
    wanted = EndpointSettings(headers=tuple((name, f"key {name}") for name in headers))
    profile = endpoints.profile(
        1, endpoints.FIRST.model_copy(update={"url": url, "settings": wanted})
    )
    values = {f"key {name}": value for name, value in headers.items()}
    return profile, Keys(SIGNERS, {**values, "token": "hunter2"})


def one_by_one(profile: Profile, keys: Keys, delivery_id: str) -> WebhookRequest:
    """Answer the same webhook with all of its headers."""
    stamp = int(minute(90).timestamp())
    own = {name: keys.secrets[key] for name, key in profile.subscription.settings.headers}
    headers = {
        **own,
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "telecine-time": "2026-03-01T12:03:00+00:00",
        "webhook-id": delivery_id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": signature(SIGNERS, delivery_id, stamp, BODY),
        "X-Their-Token": "hunter2",
    }
    return WebhookRequest(profile.subscription.url, headers, BODY, 7.0)


names = st.from_regex(r"x-[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}", fullmatch=True)
values = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=20)


@given(
    headers=st.dictionaries(
        names, values | st.sampled_from(["%s", "100 %", r"\u0000", '"']), max_size=4
    ),
    delivery_id=st.from_regex(r"[0-9a-f]{24}", fullmatch=True),
)
@settings(deadline=None)
def test_what_is_filled_is_what_is_written_of_all_headers(
    headers: dict[str, str], delivery_id: str
) -> None:
    profile, keys = endpoint(headers)
    owed = replace(OWED, delivery_id=delivery_id, body=BODY)

    webhook = stencil_of(profile, PACK, keys, 7.0).fill(owed, MOMENT)
    full = one_by_one(profile, keys, delivery_id)

    assert webhook.wire() == full.wire()
    shown = {
        name: REDACTED if name == "X-Their-Token" or name in headers else value
        for name, value in full.headers.items()
    }
    sent = [["host", "shop.example"], *([name, value] for name, value in shown.items())]
    ours = [["authorization", REDACTED], ["content-length", str(len(BODY))]]
    assert json.loads(webhook.record) == sent + ours
    assert webhook.stencil.key_ids == '["new","old"]'


def test_it_is_named_after_its_delivery_and_signed_at_wall_time() -> None:
    """Receivers hold the timestamp against their own clock, and virtual time may be far from it."""
    profile, keys = endpoint({})
    moment = Moment(minute(3), datetime.now(UTC))

    webhook = stencil_of(profile, PACK, keys, 7.0).fill(OWED, moment)

    headers = dict(json.loads(webhook.record))
    assert headers["webhook-id"] == OWED.delivery_id
    standardwebhooks.Webhook(SECRET).verify(OWED.body, headers)


def test_it_is_signed_at_virtual_time_where_the_endpoint_asks_for_that() -> None:
    profile, keys = endpoint({})
    wanted = profile.subscription.model_copy(
        update={"settings": EndpointSettings(timestamps="virtual")}
    )
    moment = Moment(minute(3), minute(3) + timedelta(days=9))

    webhook = stencil_of(replace(profile, subscription=wanted), PACK, keys, 7.0).fill(OWED, moment)

    headers = dict(json.loads(webhook.record))
    assert headers["webhook-timestamp"] == str(int(minute(3).timestamp()))


@pytest.mark.parametrize(
    ("url", "why"),
    [("ftp://shop.example", "http://host/path"), ("http://shop.example:0/", "0 is not a port")],
)
def test_what_cannot_be_sent_is_on_record_all_the_same(url: str, why: str) -> None:
    profile, keys = endpoint({"x-own": "50 % more"}, url)

    webhook = stencil_of(profile, PACK, keys, 7.0).fill(OWED, MOMENT)

    with pytest.raises(Unsendable, match=why):
        webhook.wire()
    assert dict(json.loads(webhook.record))["webhook-id"] == OWED.delivery_id
    assert webhook.stencil.url == url


@pytest.mark.parametrize("delivery_id", ['a"b', "a\r\nx: y", "\u00e9", "a b", ""])
def test_an_id_that_no_header_carries_is_sent_to_nobody(delivery_id: str) -> None:
    assert target_of(endpoint({})[0].subscription.url)
    profile, keys = endpoint({})

    webhook = stencil_of(profile, PACK, keys, 7.0).fill(
        replace(OWED, delivery_id=delivery_id), MOMENT
    )

    with pytest.raises(Unsendable, match="is no id of a delivery"):
        webhook.wire()
    assert dict(json.loads(webhook.record))["webhook-id"] == delivery_id


def test_headers_of_a_trace_go_along() -> None:
    profile, keys = endpoint({})

    stencil = stencil_of(profile, PACK, keys, 7.0, {"traceparent": "00-1-2-01"})

    _, message = stencil.fill(OWED, MOMENT).wire()
    assert b"\r\ntraceparent: 00-1-2-01\r\n" in message
