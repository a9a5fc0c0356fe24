"""An endpoint looks as the documented sample does."""

import re

from telecine.platforms.omega.endpoint_shape import endpoint_id, shown
from telecine.shared.aggregates.endpoint import Inactive
from tests.platforms.omega import samples
from tests.platforms.omega.states import endpoint


def test_an_endpoint_has_the_samples_keys_in_their_order() -> None:
    # when
    shape = shown(endpoint(), 6)

    # then
    assert list(shape) == list(samples.ENDPOINT)
    assert [type(value) for value in shape.values()] == [
        type(value) for value in samples.ENDPOINT.values()
    ]
    assert shape == {
        "id": "6323940afc8e1c02d9f3b155",
        "created_at": "2022-09-15T10:08:22.972345Z",
        "updated_at": "2022-09-15T10:13:22.972345Z",
        "coid": "omega-cop-demo",
        "url": "http://localhost:6060/webhook",
        "description": None,
        "events": ["video.process_succeeded", "video.deleted", "video.in_progress"],
        "active": True,
    }


def test_a_stored_endpoint_is_read_with_milliseconds() -> None:
    assert shown(endpoint(), 3)["created_at"] == "2022-09-15T10:08:22.972Z"


def test_an_endpoint_that_is_switched_off_is_not_active() -> None:
    assert shown(Inactive(endpoint().profile), 3)["active"] is False


def test_an_endpoints_id_is_24_hex_digits_of_its_wish() -> None:
    # given
    found = endpoint_id(0, "demo", "key")

    # then
    assert re.fullmatch("[0-9a-f]{24}", found)
    assert found == endpoint_id(0, "demo", "key")
    others = {
        endpoint_id(1, "demo", "key"),
        endpoint_id(0, "x", "key"),
        endpoint_id(0, "demo", "y"),
    }
    assert len(others | {found}) == 4
