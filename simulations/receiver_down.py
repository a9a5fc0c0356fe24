"""A bad day: the receiver is down, comes back confused, recovers, and has missed nothing.

Run it with `telecine simulate simulations/receiver_down.py`.

The retries follow the Standard Webhooks schedule: 5 seconds, 5 minutes, 30 minutes … In virtual
time, that is: once the receiver is back, the clock is told to hurry.
"""

from telecine.simulations.receiver import Answer
from telecine.simulations.scenario import Scenario


async def run(scenario: Scenario, count: int = 3, speed: float = 100.0) -> None:
    # When it is back it answers 500 to the first request of each webhook, and then takes it.
    url = scenario.receiver.on("/shop", Answer(500, "still waking up\n"), Answer(200))
    shop = await scenario.omega.create_endpoint(url, ["video.process_succeeded"])

    async def tried_in_vain() -> bool:
        owed = await scenario.deliveries(shop)
        return len(owed) == count and all(each["state"] == "postponed" for each in owed)

    # Nobody listens while the videos go in, so every first attempt is refused. No second one is
    # made meanwhile: at speed 1 there are five seconds until then.
    async with scenario.clock(speed=1), scenario.receiver_down():
        titles = [f"Missed {number}" for number in range(count)]
        videos = await scenario.each(titles, scenario.omega.upload_link)
        await scenario.until(f"{count} webhooks were tried in vain, and wait", tried_in_vain)

    # The second attempt meets the 500, the third one comes five minutes later.
    async with scenario.clock(speed):
        await scenario.must_receive(shop, count, attempts=2)
    scenario.must_tell(shop, videos, "video.process_succeeded")
    await scenario.must_be_signed(shop)

    # The house has it all on record: refused, 500, 200.
    owed = await scenario.deliveries(shop)
    attempts = [await scenario.control.attempts(each["id"]) for each in owed]
    statuses = [[attempt["status"] for attempt in each] for each in attempts]
    scenario.must_each(
        "the first attempt was refused, the second answered 500, the third one 200",
        statuses,
        lambda each: each == [None, 500, 200],
    )
