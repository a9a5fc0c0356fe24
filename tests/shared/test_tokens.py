"""An id that is no token of a subject is nobody's, in the log and over HTTP."""

import pytest

from telecine.shared.ids import is_token
from tests.house import TestHouse

DEMO = {"authorization": "Bearer demo-key"}


@pytest.mark.parametrize("text", ["", "*", ">", "a.b", "a b", "a\n", "ä", "a" * 129, "a/b"])
def test_wildcards_and_separators_are_no_tokens(text: str) -> None:
    assert not is_token(text)


@pytest.mark.parametrize("text", ["a", "demo", "a0dc8dbf-3126-4805-89a1-662a33331f93", "A_b-9"])
def test_ids_and_organisations_are_tokens(text: str) -> None:
    assert is_token(text)


@pytest.mark.parametrize("wild", ["*", "%3E", "*.demo.*"])
async def test_a_wildcard_as_an_id_finds_nothing(house: TestHouse, wild: str) -> None:
    hook = {"url": "http://127.0.0.1:9/", "events": ["video.uploaded"]}
    made = await house.http.post("/company/client/webhooks", json=hook, headers=DEMO)
    assert made.status_code == 200

    secret = await house.http.get(f"/v1/endpoints/{wild}/secret", headers=DEMO)
    deleted = await house.http.delete(f"/company/client/webhooks/{wild}", headers=DEMO)

    assert (secret.status_code, deleted.status_code) == (404, 404)
