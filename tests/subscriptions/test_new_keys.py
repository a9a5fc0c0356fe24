"""Secrets that we make and secrets that owners bring are in the form of Standard Webhooks."""

from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecine.subscriptions.new_keys import (
    SECRET_BYTES,
    kind_of,
    new_secret,
    own_secret_problem,
    public_key,
)

randoms = st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES)


@given(random=randoms)
def test_what_we_make_would_be_taken_from_an_owner(random: bytes) -> None:
    for kind in ("v1", "v1a"):
        secret = new_secret(kind, random)
        assert kind_of(secret) == kind
        assert own_secret_problem(secret) is None


@given(seed=randoms)
def test_the_public_half_is_the_second_half_of_the_whole(seed: bytes) -> None:
    whole = b64decode(new_secret("v1a", seed).removeprefix("whsk_"))

    assert public_key(f"whsk_{b64encode(seed).decode()}") == public_key(new_secret("v1a", seed))
    assert b64decode(public_key(new_secret("v1a", seed)).removeprefix("whpk_")) == whole[32:]


@pytest.mark.parametrize("size", [24, 32, 64])
def test_24_to_64_bytes_are_a_secret(size: int) -> None:
    assert own_secret_problem(f"whsec_{b64encode(bytes(size)).decode()}") is None


@pytest.mark.parametrize(
    "secret",
    ["", "whsec_", "whsk_", "whpk_AAAA", "whsec_####", f"whsec_{b64encode(bytes(23)).decode()}"],
)
def test_anything_else_is_none(secret: str) -> None:
    assert own_secret_problem(secret)
