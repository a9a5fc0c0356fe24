"""A busy day: a thousand videos at once, and every one of them is told of, once and well signed.

Run it with `telecine simulate simulations/burst.py count=1000 at_once=32`.
"""

from telecine.simulations.scenario import Scenario


async def run(scenario: Scenario, count: int = 1000, at_once: int = 32) -> None:
    url = scenario.receiver.on("/shop")
    shop = await scenario.omega.create_endpoint(url, ["video.uploaded", "video.process_succeeded"])

    titles = [f"Burst {number}" for number in range(count)]
    videos = await scenario.each(titles, scenario.omega.upload_link, at_once)
    scenario.say(f"{len(videos)} videos are uploaded")

    # A title is a wish of its own, so no two of them may have become one video.
    ids = {video.id for video in videos}
    scenario.must(f"{count} uploads are {count} videos", len(ids) == count, f"{len(ids)} videos")
    await scenario.must_receive(shop, count=2 * count, deadline=300)
    scenario.must_tell(shop, videos, "video.uploaded", "video.process_succeeded")
    await scenario.must_be_signed(shop)
