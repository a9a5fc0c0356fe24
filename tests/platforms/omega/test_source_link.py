"""Links to sources: good until they expire, and made by nobody without the organisation's key."""

from datetime import datetime, timedelta
from urllib.parse import parse_qsl

import pytest

from telecine.platforms.omega.source_link import Link, link_of, problem
from tests.platforms.omega.states import AT, UUID

LINK = Link("demo", UUID, int(AT.timestamp()) + 1800)


def opened(query: str, now: datetime, key: str = "demo-key", video: str = UUID) -> str | None:
    given = dict(parse_qsl(query))
    link = link_of(video, given)
    assert link is not None
    return problem(link, given["signature"], [key], now)


def test_a_link_leads_to_the_source_until_it_expires() -> None:
    query = LINK.query("demo-key")

    assert opened(query, AT) is None
    assert opened(query, AT + timedelta(seconds=1799)) is None
    said = opened(query, AT + timedelta(seconds=1800))
    assert said is not None
    assert "expired" in said


def test_a_link_that_was_changed_or_made_with_another_key_leads_nowhere() -> None:
    query = LINK.query("demo-key")
    later = query.replace(str(LINK.expires), str(LINK.expires + 1))
    changed = [query.replace("org=demo", "org=other"), later, f"{query}0", query[:-1]]

    for other in [*changed, LINK.query("other-key")]:
        said = opened(other, AT)
        assert said is not None
        assert "not made by the house" in said
    assert opened(query, AT, video="86a7f8bd-a365-4070-94b6-7fd179838ecd") is not None
    assert opened(query, AT, key="other-key") is not None


@pytest.mark.parametrize("expires", ["", "soon", "-1", "1.5", "١٢٣", "1" * 13])
def test_what_has_no_expiry_is_no_link(expires: str) -> None:
    assert link_of(UUID, {"org": "demo", "expires": expires, "signature": "x"}) is None
    assert link_of(UUID, {}) is None


def test_a_signature_of_any_letters_is_just_wrong() -> None:
    for signature in ("", "é", "\x00", "0" * 64):
        assert problem(LINK, signature, ["demo-key"], AT) is not None
    assert problem(LINK, "0" * 64, [], AT) is not None
