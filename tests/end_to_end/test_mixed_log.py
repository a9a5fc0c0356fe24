"""A log that holds one fact in two schema versions: served, folded and verified as one."""

import json
from pathlib import Path

from telecine.shared.wire.bus import Bus, connected
from telecine.simulations.verify.house import verifier
from tests.house import OpenHouse
from tests.shared import endpoints, videos
from tests.shared.goldens import FOLDER as GOLDEN
from tests.shared.goldens import kept
from tests.waiting import until

#: A video that failed, as a house wrote it when `video.process_failed` had its first version.
OLD_LIFE = [
    "video.created.schema1.state1",
    "video.uploaded.schema1.state1",
    "video.ready_for_processing.schema1.state1",
    "video.in_progress.schema1.state1",
    "video.process_failed.schema1.state1",
]
#: An endpoint of OmegaStream, as a house wrote it before there were settings.
OLD_ENDPOINT = [
    "endpoint.created.schema1.state1",
    "endpoint.deactivated.schema1.state1",
    "endpoint.activated.schema1.state1",
]
HEADERS = {"Authorization": "Bearer demo-key"}


async def restore(bus: Bus, names: list[str]) -> None:
    """Put old facts into the log, byte for byte as they were."""
    for name in names:
        golden = kept(Path(GOLDEN / f"{name}.json"))
        await bus.publish(golden.subject, json.dumps(golden.body).encode(), headers=golden.headers)


async def test_old_and_new_facts_of_one_type_live_in_one_log(open_house: OpenHouse) -> None:
    async with open_house() as house, connected(str(house.settings.nats_url), "test") as bus:
        await restore(bus, OLD_LIFE)
        link = {"title": "new sim=fail:corrupt", "url": "http://example.com/a.mp4"}
        made = await house.http.post(
            "/company/client/video/stream/copy", json=link, headers=HEADERS
        )

        async def stages(video_id: str) -> list[str]:
            """Answer the stages at which a video has failed, as its history tells them."""
            path = f"/v1/videos/{video_id}/history"
            answer = await house.http.get(path, headers=HEADERS)
            facts = [each for each in answer.json()["facts"] if "stage" in each["data"]]
            return [each["data"]["stage"] for each in facts]

        async def status(video_id: str) -> str:
            answer = await house.http.get(f"/company/client/video/{video_id}", headers=HEADERS)
            return str(answer.json()["status"])

        await until(lambda: stages(made.json()["uuid"]))
        assert await stages(made.json()["uuid"]) == ["encode"]
        assert await stages(videos.ID) == ["encode"]
        assert await status(videos.ID) == "process-failed"

        async with verifier(house.settings) as verify:
            assert (await verify.until_clean(patience=10)).problems == []


async def test_an_endpoint_from_before_there_were_settings_has_the_defaults_and_takes_new_ones(
    open_house: OpenHouse,
) -> None:
    async with open_house() as house, connected(str(house.settings.nats_url), "test") as bus:
        await restore(bus, OLD_ENDPOINT)
        path = f"/v1/endpoints/{endpoints.ID}"

        before = (await house.http.get(path, headers=HEADERS)).json()
        patch = {"settings": {"ordering": "video"}}
        after = (await house.http.patch(path, json=patch, headers=HEADERS)).json()

    assert (before["version"], before["active"]) == (3, True)
    assert before["keys"] == [{"id": endpoints.KEY.id, "kind": "v1", "until": None}]
    assert (before["settings"]["ordering"], before["settings"]["signatures"]) == ("none", ["v1"])
    assert after["settings"] == {**before["settings"], "ordering": "video"}
    assert after["types"] == before["types"] == list(endpoints.FIRST.types)
