"""A policy gives leave for one file, until it expires, to whoever holds it unchanged."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from telecine.platforms.tpstreams.upload_policy import (
    Leave,
    No,
    _signature,
    access_key_id,
    leave_of,
    signed,
)
from tests.platforms.tpstreams.videos import ID

NOW = datetime(2026, 7, 21, 18, 3, 16, tzinfo=UTC)
ORGS = {"demo": ["demo-key", "second-key"], "other": ["other-key"]}
SCOPE = "/20260721/us-east-1/s3/aws4_request"
LEAVE = Leave("demo", ID, 5368709120, NOW + timedelta(hours=1))

#: AWS's own example of a policy and its signature ("Browser-Based Upload using HTTP POST").
AWS_POLICY = (
    "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7"
    "ImJ1Y2tldCI6ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91"
    "c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3Qi"
    "OiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwi"
    "fSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRh"
    "LXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVT"
    "MjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNy"
    "ZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9"
    "LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAi"
    "MjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9"
)


def test_signature_is_that_of_awss_example() -> None:
    made = _signature("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "20151229", AWS_POLICY)

    assert made == "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"


def test_payload_has_the_documented_fields_in_their_order() -> None:
    made = signed(LEAVE, "demo-key", NOW)

    assert list(made) == [
        "key",
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-date",
        "policy",
        "x-amz-signature",
    ]
    assert made["key"] == f"private/server-uploads/{ID}"
    assert made["x-amz-date"] == "20260721T180316Z"
    assert made["x-amz-credential"].endswith(SCOPE)


@pytest.mark.parametrize("key", ORGS["demo"])
def test_what_was_signed_gives_its_leave_and_no_other(key: str) -> None:
    assert leave_of(signed(LEAVE, key, NOW), ORGS, NOW) == LEAVE


def changed(name: str, value: str) -> dict[str, str]:
    return {**signed(LEAVE, "demo-key", NOW), name: value}


def repolicied(**changes: object) -> str:
    policy = json.loads(base64.b64decode(signed(LEAVE, "demo-key", NOW)["policy"]))
    return base64.b64encode(json.dumps({**policy, **changes}).encode()).decode()


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({}, 400, "InvalidArgument"),
        (changed("policy", ""), 400, "InvalidArgument"),
        (changed("key", f"private/server-uploads/{ID[::-1]}"), 403, "AccessDenied"),
        (changed("key", ""), 403, "AccessDenied"),
        (changed("x-amz-date", "20260101T000000Z"), 403, "AccessDenied"),
        (changed("x-amz-signature", "0" * 64), 403, "SignatureDoesNotMatch"),
        (changed("x-amz-signature", "ü"), 403, "SignatureDoesNotMatch"),
        (changed("policy", repolicied(expiration="2099-01-01T00:00:00Z")), 403, "SignatureDoesNotMatch"),
        (changed("x-amz-credential", f"AKIANOBODY{SCOPE}"), 403, "InvalidAccessKeyId"),
        (
            changed("x-amz-credential", f"{access_key_id('other')}{SCOPE}"),
            403,
            "SignatureDoesNotMatch",
        ),
    ],
    ids=lambda value: None,
)  # fmt: skip
def test_what_was_changed_gives_no_leave(fields: dict[str, str], status: int, code: str) -> None:
    found = leave_of(fields, ORGS, NOW)

    assert isinstance(found, No)
    assert (found.status, found.code) == (status, code)


def test_leave_ends_at_its_moment() -> None:
    fields = signed(LEAVE, "demo-key", NOW)

    found = leave_of(fields, ORGS, LEAVE.expires_at)

    assert found == No(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
    assert leave_of(fields, ORGS, LEAVE.expires_at - timedelta(microseconds=1)) == LEAVE
