"""Signatures are those of Standard Webhooks 1.0.0; its own libraries are the judges."""

import hmac
import json
import time
from base64 import b64decode, b64encode
from datetime import UTC, datetime

import pytest
import standardwebhooks
import svix.webhooks
from cryptography.exceptions import InvalidSignature
from hypothesis import given, settings
from hypothesis import strategies as st

from telecine.delivery.signing import Ed25519, Hmac, Signer, signer, webhook_headers

# The published test vector of version v1.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
TIMESTAMP = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

# The vector of version v1a: the signature in the specification's own example.
ASYMMETRIC = (
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="
)
PUBLIC = "1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
ASYMMETRIC_SIGNATURE = (
    "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="
)


def v1(secret: str) -> Signer:
    return signer("key", "v1", secret)


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
    headers = webhook_headers([v1(SECRET)], MESSAGE, TIMESTAMP, BODY)

    assert headers == {
        "webhook-id": MESSAGE,
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    }


def test_published_vector_is_what_the_judges_sign_too() -> None:
    at = datetime.fromtimestamp(TIMESTAMP, UTC)

    judged = standardwebhooks.Webhook(SECRET).sign(MESSAGE, at, BODY.decode())

    assert judged == v1(SECRET).sign(MESSAGE, TIMESTAMP, BODY) == SIGNATURE


@given(secret=secrets, message_id=message_ids, body=bodies)
@settings(deadline=None)
def test_both_judges_accept_what_we_sign(secret: str, message_id: str, body: bytes) -> None:
    headers = webhook_headers([v1(secret)], message_id, int(time.time()), body)

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
    headers = webhook_headers([v1(secret)], "msg_1", now, body)
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

    prefixed = v1(f"whsec_{bare}").sign("msg_1", TIMESTAMP, body)
    assert prefixed == v1(bare).sign("msg_1", TIMESTAMP, body)


@given(key=st.binary(max_size=200), body=st.binary())
def test_a_key_of_any_length_signs_as_the_standard_library_does(key: bytes, body: bytes) -> None:
    expected = hmac.digest(key, b"msg_1.%d.%b" % (TIMESTAMP, body), "sha256")

    one = Hmac.of("key", key)
    for _ in range(2):  # what it has signed before leaves no trace
        signed = one.sign("msg_1", TIMESTAMP, body)
        assert signed == f"v1,{b64encode(expected).decode()}"


def test_published_wrong_signature_is_not_ours() -> None:
    assert v1(SECRET).sign(MESSAGE, TIMESTAMP, BODY) != SIGNATURE.replace("J1OE=", "J1OA=")


def test_published_vector_of_v1a_is_reproduced() -> None:
    headers = webhook_headers([signer("key", "v1a", ASYMMETRIC)], MESSAGE, TIMESTAMP, BODY)

    assert headers["webhook-signature"] == ASYMMETRIC_SIGNATURE


@given(seed=st.binary(min_size=32, max_size=32), body=st.binary())
@settings(deadline=None)
def test_cryptography_accepts_what_an_asymmetric_key_signs_and_nothing_else(
    seed: bytes, body: bytes
) -> None:
    key = signer("key", "v1a", f"whsk_{b64encode(seed).decode()}")
    assert isinstance(key, Ed25519)
    public = key.key.public_key()

    signature = b64decode(key.sign("msg_1", TIMESTAMP, body).removeprefix("v1a,"))

    public.verify(signature, f"msg_1.{TIMESTAMP}.".encode() + body)
    with pytest.raises(InvalidSignature):
        public.verify(signature, f"msg_2.{TIMESTAMP}.".encode() + body)


def test_the_secret_half_of_the_published_key_gives_its_public_half() -> None:
    key = signer("key", "v1a", ASYMMETRIC)
    assert isinstance(key, Ed25519)

    assert b64encode(key.key.public_key().public_bytes_raw()).decode() == PUBLIC


@pytest.mark.parametrize("place", [0, 1, 2])
def test_judges_find_theirs_among_several_signatures(place: int) -> None:
    """Old and new keys sign at once, and kinds that a judge does not know stand beside."""
    others = [
        signer("old", "v1", f"whsec_{b64encode(b'o' * 24).decode()}"),
        signer("ed", "v1a", ASYMMETRIC),
    ]
    signers = [*others[:place], v1(SECRET), *others[place:]]

    headers = webhook_headers(signers, "msg_1", int(time.time()), BODY)

    assert len(headers["webhook-signature"].split()) == 3
    standardwebhooks.Webhook(SECRET).verify(BODY, headers)
    svix.webhooks.Webhook(SECRET).verify(BODY, headers)


def test_no_signer_shows_its_key() -> None:
    for each in (v1(SECRET), signer("key", "v1a", ASYMMETRIC)):
        assert repr(each).endswith("(id='key')")
