"""Links to sources over HTTP: what they answer while the bytes are kept, let go, or elsewhere."""

from urllib.parse import urlsplit

from telecine.simulations.media import CLIP
from tests.gateway import tus
from tests.house import OpenHouse, TestHouse
from tests.platforms.omega.api import BEARER, VIDEOS, create_video, message, processed, read
from tests.waiting import until


async def uploaded(house: TestHouse) -> str:
    """Upload the clip as a file, and wait until it is processed."""
    uuid = await tus.video(house.http)
    await tus.upload(house.url, uuid, CLIP)

    async def over() -> bool:
        return bool((await read(house, f"{VIDEOS}/{uuid}"))["ready_to_stream"])

    await until(over)
    return uuid


async def link(house: TestHouse, uuid: str) -> str:
    url: str = (await read(house, f"{VIDEOS}/{uuid}/src_download"))["url"]
    return url


async def test_a_link_answers_the_very_bytes_if_they_are_kept(open_house: OpenHouse) -> None:
    async with open_house(keep_media=True) as house:
        uuid = await uploaded(house)

        shown = await read(house, f"{VIDEOS}/{uuid}/src_download")
        answer = await house.http.get(shown["url"])
        part = await house.http.get(shown["url"], headers={"Range": "bytes=10-19"})

        assert list(shown) == ["url", "expires_in", "expires_at"]
        assert shown["expires_in"] == 1800
        assert len(shown["expires_at"]) == len("2024-02-16T10:35:14Z")
        assert answer.status_code == 200
        assert answer.content == CLIP.read_bytes()
        assert CLIP.name in answer.headers["content-disposition"]
        assert (part.status_code, part.content) == (206, CLIP.read_bytes()[10:20])
        deleted = await house.http.delete(f"{VIDEOS}/{uuid}", headers=BEARER)
        assert deleted.status_code == 204
        assert (await house.http.get(shown["url"])).status_code == 409


async def test_a_link_to_bytes_that_were_let_go_says_so(house: TestHouse) -> None:
    url = await link(house, await uploaded(house))

    answer = await house.http.get(url)

    assert answer.status_code == 410
    assert "--keep-media" in message(answer)


async def test_a_video_that_came_by_link_leads_back_there(house: TestHouse) -> None:
    url = await link(house, await processed(house))

    answer = await house.http.get(url)

    assert answer.status_code == 302
    assert answer.headers["location"] == f"{house.url}/video.mp4"


async def test_a_link_that_was_changed_is_403_and_a_video_without_a_source_has_none(
    house: TestHouse,
) -> None:
    uuid, other = await processed(house), await processed(house)
    url = await link(house, uuid)
    query = urlsplit(url).query

    for changed in (f"{url}0", url.replace(uuid, other), url.partition("?")[0]):
        answer = await house.http.get(changed)
        assert answer.status_code == 403
        assert "src_download" in message(answer)
    assert (await house.http.get(f"{VIDEOS}/x/source?{query}")).status_code == 404
    empty = (await create_video(house))["uuid"]
    answer = await house.http.get(f"{VIDEOS}/{empty}/src_download", headers=BEARER)
    assert (answer.status_code, message(answer)) == (
        409,
        "this video has no bytes yet; upload them first",
    )
