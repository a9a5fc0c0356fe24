"""One upload can be followed through all six services by its correlation id, and no line tells a secret."""

import json
from pathlib import Path
from typing import Any

import httpx

from telecine.simulations.receiver import Receiver
from tests.processes import process

AUTHORIZATION = {"authorization": "Bearer demo-key"}


def lines(output: Path) -> list[dict[str, Any]]:
    """Answer the log lines, which are JSON where no terminal is."""
    return [json.loads(line) for line in output.read_text().split("\n") if line.startswith("{")]


async def test_a_correlation_id_runs_through_all_six_services(tmp_path: Path) -> None:
    options = ("--preset", "instant", "--log-level", "debug")
    async with Receiver() as receiver, process(tmp_path / "data", *options) as up:
        hook = receiver.on("/hook")
        async with httpx.AsyncClient(base_url=up.url, headers=AUTHORIZATION, timeout=20) as http:
            made = {"url": hook, "events": ["video.process_succeeded"]}
            answers = [await http.post("/company/client/webhooks", json=made)]
            token = {"url": hook, "secret_token": "very-secret-token"}
            answers += [
                await http.post(
                    "/api/v1/demo/webhooks/",
                    json=token,
                    headers={"authorization": "Token demo-key"},
                ),
                await http.post(
                    "/company/client/video/stream/copy",
                    json={"url": "http://example.com/a.mp4", "title": "a"},
                    headers={"x-correlation-id": "my-request-7"},
                ),
            ]
            assert [each.status_code for each in answers] == [200, 201, 200]
            await receiver.wait(lambda receiver: len(receiver.received) >= 4, 30)
        await up.stop()
        mine = {
            each["event"]
            for each in lines(up.output)
            if each.get("correlation_id") == "my-request-7"
        }
        log = "\n".join(json.dumps(each) for each in lines(up.output))

    assert mine >= {
        "http.answered",  # gateway
        "video.uploaded",  # ingest
        "video.process_succeeded",  # transcoder
        "timer.fired",  # clock
        "delivery.requested",  # subscriptions
        "attempt.succeeded",  # delivery
    }
    for secret in ("demo-key", "very-secret-token", "whsec_"):
        assert secret not in log
