"""A good day: three videos in, and every endpoint hears of each of them, once and well signed.

Run it with `telecine simulate simulations/happy_path.py`.
"""

from telecine.simulations.media import CLIP
from telecine.simulations.scenario import Scenario


async def run(scenario: Scenario) -> None:
    # Two receivers: one listens as OmegaStream's customer, to the types that it names, and one as
    # TPStreams', to every change of status.
    omega, tpstreams, receiver = scenario.omega, scenario.tpstreams, scenario.receiver
    shop = await omega.create_endpoint(
        receiver.on("/shop"), ["video.uploaded", "video.process_succeeded"]
    )
    school = await tpstreams.create_endpoint(receiver.on("/school"), "a shared secret")

    # Three uploads, each its own way in: a link, the bytes of a file over tus, an asset.
    videos = [
        await omega.upload_link("By link"),
        await omega.upload_file("A file", CLIP),
        await tpstreams.upload_link("An asset"),
    ]

    # An organisation's endpoints hear of all its videos, whichever platform took them.
    await scenario.must_receive(shop, count=2 * len(videos))
    await scenario.must_receive(school, count=3 * len(videos))
    scenario.must_tell(shop, videos, "video.uploaded", "video.process_succeeded")
    scenario.must_tell(school, videos, "Queued", "Transcoding", "Completed")

    # Somebody else's package judges the signatures.
    await scenario.must_be_signed(shop)
    await scenario.must_be_signed(school)
