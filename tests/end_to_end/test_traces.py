"""One upload is one trace: from the client's request through every subject to the receiver."""

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from telecine.shared.errors import Refusal
from telecine.shared.observing.tracing import is_configured, tracing_of
from telecine.simulations.receiver import Answer
from tests import house as houses
from tests.collector import Collector, Seen, collecting
from tests.customer import BEARER, Customer
from tests.gateway import tus
from tests.house import TestHouse
from tests.waiting import until

TRACE, CLIENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
MINE = {"traceparent": f"00-{TRACE}-{CLIENT}-01", "tracestate": "mine=1"}
STEPS = {
    ("gateway", "POST /company/client/video/stream/copy"),
    ("gateway", "request rpc.ingest.video.upload_link"),
    ("ingest", "rpc.ingest.video.upload_link process"),
    ("ingest", "publish video.uploaded"),
    ("transcoder", "process video.uploaded"),
    ("transcoder", "publish timer.transcoder"),
    ("clock", "publish due.transcoder"),
    ("transcoder", "process due.transcoder"),
    ("transcoder", "publish video.process_succeeded"),
    ("subscriptions", "process video.uploaded"),
    ("subscriptions", "publish delivery.requested"),
    ("delivery", "process delivery.requested"),
    ("delivery", "POST"),
    ("delivery", "publish attempt.failed"),
    ("delivery", "publish timer.delivery"),
    ("clock", "publish due.delivery"),
    ("delivery", "process due.delivery"),
}
Traced = tuple[TestHouse, Collector]


@pytest.fixture
async def traced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Traced]:
    """A house whose spans go to a collector of the test's."""
    async with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
        async with houses.opened(tmp_path / "data", speed=1000) as house:
            yield house, collector


def mine(collector: Collector) -> list[Seen]:
    return [span for span in collector.spans if span.trace_id == TRACE]


def steps(collector: Collector) -> set[tuple[str, str]]:
    return {(s.service.removeprefix("telecine-"), s.name) for s in mine(collector)}


async def post_link(house: TestHouse) -> str:
    body = {"url": "http://example.com/clip.mp4", "title": "clip"}
    path = "/company/client/video/stream/copy"
    answer = await house.http.post(path, json=body, headers={**BEARER, **MINE})
    return str(answer.json()["uuid"])


async def test_an_upload_is_one_trace_from_the_request_to_the_receiver(traced: Traced) -> None:
    house, collector = traced
    customer = Customer(house.http)
    hook = house.receiver.on("/hook", Answer(500), Answer())
    await customer.endpoint(hook, "video.uploaded")
    await customer.endpoint(house.receiver.on("/done"), "video.process_succeeded")

    video_id = await post_link(house)
    await house.receiver.wait(lambda receiver: len(receiver.received) >= 3, deadline=20)

    await until(lambda: steps(collector) >= STEPS)
    assert [name for _, name in steps(collector) if video_id in name] == []
    carried = [webhook.headers["traceparent"].split("-") for webhook in house.receiver.received]
    assert {trace_id for _, trace_id, _, _ in carried} == {TRACE}
    assert {webhook.headers["tracestate"] for webhook in house.receiver.received} == {"mine=1"}

    def posts() -> set[str]:
        return {span.span_id for span in mine(collector) if span.name == "POST"}

    await until(lambda: {span_id for _, _, span_id, _ in carried} <= posts())

    def orphans() -> set[str]:
        known = {span.span_id for span in mine(collector)} | {CLIENT}
        return {span.parent_id for span in mine(collector)} - known

    await until(lambda: not orphans())
    facts = [span for span in mine(collector) if span.name == "publish video.uploaded"]
    assert {(s.kind, s.attributes["messaging.system"]) for s in facts} == {("PRODUCER", "nats")}
    assert facts[0].attributes["cloudevents.event_subject"] == video_id


async def test_a_file_goes_on_in_the_trace_that_its_upload_was_opened_in(traced: Traced) -> None:
    house, collector = traced
    video_id = await tus.video(house.http)

    opened = await tus.begin(house.http, video_id, 5, **MINE)
    await tus.patch(house.http, opened.headers["location"], video_id, 0, b"bytes")

    wanted = {("ingest", "publish video.uploaded"), ("transcoder", "process video.uploaded")}
    await until(lambda: steps(collector) >= wanted)


async def test_the_log_keeps_the_trace_beside_and_within_the_cloudevent(traced: Traced) -> None:
    house, _ = traced

    video_id = await post_link(house)
    async with houses.joined(house) as bus:
        stored = await bus.js.get_last_msg("VIDEOS", f"video.uploaded.demo.{video_id}")

    headers = stored.headers or {}
    assert headers["traceparent"].split("-")[1] == TRACE
    assert headers["ce-traceparent"] == headers["traceparent"]
    assert headers["ce-tracestate"] == headers["tracestate"] == "mine=1"


async def test_without_an_exporter_no_header_is_added(house: TestHouse) -> None:
    await Customer(house.http).endpoint(house.receiver.on("/hook"), "video.uploaded")

    video_id = await post_link(house)
    await house.receiver.wait(lambda receiver: bool(receiver.received))
    async with houses.joined(house) as bus:
        stored = await bus.js.get_last_msg("VIDEOS", f"video.uploaded.demo.{video_id}")

    assert "traceparent" not in house.receiver.received[0].headers
    assert [name for name in stored.headers or {} if "trace" in name] == []


def test_without_an_exporter_nothing_of_opentelemetry_is_imported() -> None:
    program = (
        "import sys, telecine.simulations.local\n"
        "heavy = ('opentelemetry.sdk', 'opentelemetry.exporter')  # FastAPI itself imports the API\n"
        "print([name for name in sys.modules if name.startswith(heavy)])"
    )

    run = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert run.stdout.decode().strip() == "[]"


@pytest.mark.parametrize(
    ("environment", "asked"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_TRACES_EXPORTER": "none"}, False),
    ],
)
def test_the_standard_variables_say_whether_there_are_traces(
    environment: dict[str, str], asked: bool
) -> None:
    assert is_configured(environment) is asked


def test_an_exporter_without_its_packages_is_refused_with_the_fix(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setitem(sys.modules, "telecine.shared.observing.spans", None)

    with pytest.raises(Refusal, match=r"telecine\[otel\]"):
        tracing_of("gateway")
