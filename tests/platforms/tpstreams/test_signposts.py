"""What `telecine up` prints of the platform works as pasted."""

import shlex

from telecine.platforms.tpstreams import PACK
from tests.house import TestHouse


async def test_printed_curl_line_makes_an_asset(standing: TestHouse) -> None:
    # given
    post = PACK.signpost(standing.url, "demo", "demo-key")
    curl, _, method, url, *rest = shlex.split(post.example)
    headers = dict(each.split(": ", 1) for each in rest[1:-2:2])

    # when
    answer = await standing.http.request(method, url, headers=headers, content=rest[-1])

    # then
    assert curl == "curl"
    assert post.authorization == f"Authorization: {headers['Authorization']}"
    assert url.startswith(post.places["tpstreams"])
    assert answer.status_code == 201
