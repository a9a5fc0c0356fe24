"""Sabotage of the clock: who owns it, what an owner that was overtaken may still do, and time itself."""

from tests.sabotage.act import Edit, act

CLOCK = "services/telecine/clock"
LEASE = "shared/telecine/shared/copies/lease.py"
OWNER = "clock/test_owner.py"

ACTS = [
    act(
        "stale-clock-fires-on",
        "what an overtaken clock fires is refused by the server",
        Edit(f"{CLOCK}/firing.py", "                expect=self._fence,\n", ""),
        tests=f"{OWNER}::test_what_an_overtaken_clock_fires_is_refused_and_stays",
    ),
    act(
        "stale-clock-writes-on",
        "a clock writes its facts behind its own last one only",
        Edit(
            f"{CLOCK}/handlers.py",
            "fact, self._position)",
            "fact, clock.sequence)",
        ),
        tests=f"{OWNER}::test_facts_of_a_clock_that_was_overtaken_are_refused",
    ),
    act(
        "lease-is-renewed-blindly",
        "a lease is renewed behind its last renewal only",
        Edit(LEASE, "expect = Expect(after, self._subject)", "expect = None"),
        tests="shared/copies/test_lease.py::test_a_paused_owner_is_followed_and_learns_it_at_its_next_renewal",
    ),
    act(
        "takeover-begins-a-run",
        "time goes on along its line when another clock takes over",
        Edit(
            f"{CLOCK}/reign.py",
            "lives = taken.alive or await is_present(me.bus, HOUSE, _PATIENCE)",
            "lives = False",
        ),
        tests=(
            f"{OWNER}::test_time_goes_on_where_somebody_follows_it",
            f"{OWNER}::test_second_clock_goes_on_when_the_first_stops",
        ),
    ),
]
