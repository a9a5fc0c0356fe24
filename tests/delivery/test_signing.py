"""Signatures are those of Standard Webhooks 1.0.0; its own libraries are the judges."""

import json
import time
from base64 import b64encode
from datetime import UTC, datetime

import pytest
import standardwebhooks
import svix.webhooks
from hypothesis import given, settings
from hypothesis import strategies as st

from telecine.delivery.signing import sign, webhook_headers

# The published test vector of version v1.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
TIMESTAMP = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

secrets = st.binary(min_size=24, max_size=64).map(
    lambda key: f"whsec_{b64encode(key).decode()}"  # as long as the specification asks
)
message_ids = st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
bodies = st.builds(
    lambda value, ascii_only: json.dumps(value, ensure_ascii=ascii_only).encode(errors="replace"),
    values,
    st.booleans(),
)


def test_published_vector_is_reproduced() -> None:
    headers = webhook_headers(SECRET, MESSAGE, TIMESTAMP, BODY)

    assert headers == {
        "webhook-id": MESSAGE,
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    }


def test_published_vector_is_what_the_judges_sign_too() -> None:
    at = datetime.fromtimestamp(TIMESTAMP, UTC)

    judged = standardwebhooks.Webhook(SECRET).sign(MESSAGE, at, BODY.decode())

    assert judged == sign(SECRET, MESSAGE, TIMESTAMP, BODY) == SIGNATURE


@given(secret=secrets, message_id=message_ids, body=bodies)
@settings(deadline=None)
def test_both_judges_accept_what_we_sign(secret: str, message_id: str, body: bytes) -> None:
    headers = webhook_headers(secret, message_id, int(time.time()), body)

    read = standardwebhooks.Webhook(secret).verify(body, headers)
    svix.webhooks.Webhook(secret).verify(body, headers)

    assert read == json.loads(body)


@given(
    secret=secrets,
    body=bodies,
    changed=st.sampled_from(["body", "webhook-id", "webhook-timestamp", "secret"]),
)
@settings(deadline=None)
def test_both_judges_refuse_what_was_changed_on_the_way(
    secret: str, body: bytes, changed: str
) -> None:
    now = int(time.time())
    headers = webhook_headers(secret, "msg_1", now, body)
    match changed:
        case "body":
            body += b" "
        case "webhook-id":
            headers["webhook-id"] = "msg_2"
        case "webhook-timestamp":
            headers["webhook-timestamp"] = str(now - 1)
        case _:
            secret = f"whsec_{b64encode(b'another key, long enough').decode()}"

    for judge in (standardwebhooks.Webhook(secret), svix.webhooks.Webhook(secret)):
        with pytest.raises(standardwebhooks.WebhookVerificationError):
            judge.verify(body, headers)


@given(key=st.binary(min_size=24, max_size=64), body=st.binary())
@settings(deadline=None)
def test_secret_signs_the_same_with_and_without_its_prefix(key: bytes, body: bytes) -> None:
    bare = b64encode(key).decode()

    assert sign(f"whsec_{bare}", "msg_1", TIMESTAMP, body) == sign(bare, "msg_1", TIMESTAMP, body)


def test_published_wrong_signature_is_not_ours() -> None:
    assert sign(SECRET, MESSAGE, TIMESTAMP, BODY) != SIGNATURE.replace("J1OE=", "J1OA=")
