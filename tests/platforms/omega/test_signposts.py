"""What `telecine up` prints of Omega works as printed."""

import shlex

import pytest

from telecine.platforms.omega import PACK
from tests.house import TestHouse
from tests.platforms.omega.api import VIDEOS, read


@pytest.mark.parametrize("key", ["demo-key", "it's $HOME"])
def test_the_example_survives_a_shell(key: str) -> None:
    # when
    post = PACK.signpost("http://127.0.0.1:8400", "demo", key)

    # then
    words = shlex.split(post.example)
    assert words[:4] == ["curl", "-X", "POST", f"http://127.0.0.1:8400{VIDEOS}/stream/copy"]
    assert post.authorization == f"Authorization: Bearer {key}"
    assert post.authorization in words
    assert post.places["omega tus"] == "http://127.0.0.1:8400/tusupload"


async def test_the_example_uploads_a_video(house: TestHouse) -> None:
    # given
    words = shlex.split(PACK.signpost(house.url, "demo", "demo-key").example)
    headers = [words[n + 1].split(": ", 1) for n, word in enumerate(words) if word == "-H"]

    # when
    body = words[words.index("-d") + 1]
    answer = await house.http.post(words[3], content=body, headers=dict(headers))

    # then
    assert answer.status_code == 200
    assert (await read(house, VIDEOS))["total"] == 1
