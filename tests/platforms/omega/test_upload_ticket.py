"""Who may enter the tus door, decided from the headers alone."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from telecine.platforms.omega.upload_door import No, grant
from telecine.platforms.pack import Grant
from tests.platforms.omega.states import UUID

NOW = datetime(2030, 1, 1, tzinfo=UTC)
LATER = str(int((NOW + timedelta(hours=1)).timestamp()))
ORGS = {"demo": ["ky_old", "ky_new"], "other": ["ky_other"]}


def signed(key: str = "ky_new", expiration: str = LATER, video: str = UUID) -> dict[str, str]:
    """Answer the three headers as the documents' own example makes them."""
    signature = sha256((key + expiration + video).encode()).hexdigest()
    return {"signature": signature, "expiration": expiration, "video-id": video}


def refused(headers: dict[str, str], now: datetime = NOW) -> str:
    answer = grant(headers, ORGS, now)
    assert isinstance(answer, No)
    assert answer.status == 401
    return answer.message


@pytest.mark.parametrize("key", ["ky_old", "ky_new"])
def test_any_key_of_an_organisation_lets_in(key: str) -> None:
    assert grant(signed(key), ORGS, NOW) == Grant("demo", UUID)


def test_another_organisations_key_is_leave_for_its_own_videos_only() -> None:
    assert grant(signed("ky_other"), ORGS, NOW) == Grant("other", UUID)


def test_the_signature_is_hex_sha256_of_key_then_expiration_then_video() -> None:
    # given
    expiration = "1924992000"
    headers = {
        # printf %s ky_new1924992000a0dc8dbf-3126-4805-89a1-662a33331f93 | sha256sum
        "signature": "3bdea40574a4cfb55ca990f44246d87a394ed6efe9d976a17f8d268d9fa1e8c4",
        "expiration": expiration,
        "video-id": UUID,
    }

    # then
    assert grant(headers, ORGS, NOW) == Grant("demo", UUID)


def test_hex_may_be_in_upper_case() -> None:
    headers = signed()
    headers["signature"] = headers["signature"].upper()

    assert grant(headers, ORGS, NOW) == Grant("demo", UUID)


@pytest.mark.parametrize("name", ["Signature", "Expiration", "Video-Id"])
@pytest.mark.parametrize("empty", [False, True], ids=["missing", "empty"])
def test_each_header_is_needed(name: str, empty: bool) -> None:
    # given
    headers = signed()
    if empty:
        headers[name.lower()] = ""
    else:
        del headers[name.lower()]

    # then
    assert refused(headers).startswith(f"the {name} header is missing; send ")


@pytest.mark.parametrize("wrong", ["abc", "g" * 64, "0" * 63, "0" * 65, "0x" + "0" * 62])
def test_a_malformed_signature_says_what_it_must_be(wrong: str) -> None:
    said = refused({**signed(), "signature": wrong})

    assert said == "Signature must be 64 hex digits: sha256(apiKey + expiration + videoId)"


@pytest.mark.parametrize("wrong", ["tomorrow", "-1", "1.5", "2030-01-01", "9" * 13, "٣", " 1"])
def test_a_malformed_expiration_says_what_it_must_be(wrong: str) -> None:
    said = refused(signed(expiration=wrong))

    assert said.startswith("Expiration must be a time in whole Unix seconds")


@pytest.mark.parametrize("wrong", ["*", "64de1635d89f91a65a96f5d2", f"{UUID}>", "a.b", "é"])
def test_a_malformed_video_id_says_what_it_must_be(wrong: str) -> None:
    assert refused(signed(video=wrong)).startswith("Video-Id must be the uuid of a video")


def test_a_signature_of_an_unknown_key_is_refused() -> None:
    assert refused(signed("ky_nobody")).startswith("Signature is of no key")


@pytest.mark.parametrize(
    "changed",
    [
        {"expiration": str(int(LATER) + 1)},
        {"video-id": "a0dc8dbf-3126-4805-89a1-662a33331f94"},
        {"signature": "0" * 64},
    ],
    ids=["expiration", "video", "signature"],
)
def test_a_signature_holds_for_exactly_what_was_signed(changed: dict[str, str]) -> None:
    assert refused({**signed(), **changed}).startswith("Signature is of no key")


def test_an_expired_signature_is_refused_from_its_second_on() -> None:
    # given
    headers = signed(expiration=str(int(NOW.timestamp())))

    # then
    assert refused(headers).endswith("has passed; sign again with a later time")
    before = NOW - timedelta(microseconds=1)
    assert grant(headers, ORGS, before) == Grant("demo", UUID)


def test_an_answer_never_says_a_key() -> None:
    for headers in (signed("ky_nobody"), {**signed(), "signature": "x"}, {}):
        answer = grant(headers, ORGS, NOW)
        assert isinstance(answer, No)
        assert "ky_" not in answer.message
