"""What dies behind an attempt on record is told, and what follows is done all the same."""

from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from telecine.delivery import following
from tests import rooms as houses
from tests.failpoints import Injected
from tests.waiting import until


@pytest.mark.parametrize("moment", ["_say", "release"])
async def test_what_dies_behind_an_attempt_is_told_and_followed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    original = getattr(following, moment)
    struck: list[int] = []

    def once(*args: Any) -> None:
        if not struck:
            struck.append(1)
            raise Injected
        original(*args)

    monkeypatch.setattr(following, moment, once)
    async with houses.opened(tmp_path / "data", speed=1000) as (rooms, customer):
        endpoint = await customer.endpoint(rooms.receiver.on("/hook"), "video.uploaded")
        with capture_logs() as logs:
            await customer.upload()
            await customer.one(endpoint, "succeeded")

            async def idle() -> bool:
                info = await rooms.bus.js.stream_info("DELIVERIES", subjects_filter=">")
                return not info.state.subjects

            await until(idle)
            told = [each for each in logs if each["event"] == "attempts.not_followed"]
        assert struck
        assert [each["log_level"] for each in told] == ["error"]
        assert await rooms.problems() == []
