"""What the house tells of itself at `/metrics`, and the dashboard that shows it."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from telecine.gateway.health import SERVICES
from telecine.shared.errors import Refusal
from telecine.simulations import local
from telecine.simulations.receiver import Answer
from tests import house as houses
from tests.customer import BEARER, Customer
from tests.house import OpenHouse, TestHouse
from tests.processes import free_port
from tests.scraped import Page, page
from tests.waiting import until

DASHBOARD = Path(__file__).parents[2] / "docs/grafana/telecine.json"
#: Labels that Prometheus itself puts on everything, and the one of every histogram's buckets.
ADDED = {"job", "instance", "le"}


@pytest.fixture(scope="module")
async def busy(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TestHouse]:
    """A house in which something of everything has happened, and no retry comes meanwhile."""
    data = tmp_path_factory.mktemp("house") / "data"
    async with houses.opened(data, retries="stripe") as house:
        customer = Customer(house.http)
        hook = house.receiver.on("/hook", Answer(500))
        postponed = await customer.endpoint(hook, "video.uploaded")
        good = await customer.endpoint(house.receiver.on("/good"), "video.uploaded")
        await customer.tpstreams_endpoint("http://127.0.0.1:9/nobody", "a-secret-token")
        await house.http.get("/company/client/webhooks/" + "0" * 24, headers=BEARER)
        await house.http.get("/no/such/path")
        await customer.upload("SECRETIVE TITLE")
        await customer.one(postponed, "postponed")
        await customer.one(good, "succeeded")

        async def all_tried() -> bool:
            shown = await page(house.http)
            return shown.value("telecine_attempts_total") >= 5

        await until(all_tried)
        yield house


async def test_one_page_tells_of_all_six_services(busy: TestHouse) -> None:
    shown = await page(busy.http)

    for service in SERVICES:
        assert shown.value("telecine_service_ready", service=service) == 1
        assert shown.value("telecine_nats_connected", service=service) == 1
        assert shown.value("telecine_clock_speed", service=service) == 1
    assert shown.value("process_resident_memory_bytes") > 10_000_000


async def test_facts_commands_and_requests_are_counted_by_their_names(busy: TestHouse) -> None:
    shown = await page(busy.http)

    published = "telecine_messages_published_total"
    assert shown.value(published, type="video.uploaded", outcome="stored") == 1
    assert shown.value(published, type="delivery.requested", outcome="stored") >= 2
    asked = "telecine_requests_total"
    assert shown.value(asked, request="ingest.video.upload_link", result="answered") == 1
    assert shown.value(asked, request="subscriptions.endpoint.get", result="not_found") == 1
    assert shown.value("telecine_request_duration_seconds_count", request="clock.get") >= 5
    answered = "telecine_http_requests_total"
    route = "/company/client/video/stream/copy"
    assert shown.value(answered, method="POST", route=route, status="200") == 1
    assert shown.value(answered, route="/company/client/webhooks/{endpoint_id}", status="404") == 1
    assert shown.value(answered, route="(none)", status="404") == 1


async def test_attempts_are_counted_by_outcome_status_class_and_error(busy: TestHouse) -> None:
    shown = await page(busy.http)

    attempts = "telecine_attempts_total"
    assert shown.value(attempts, outcome="succeeded", status="2xx", error="none") == 1
    assert shown.value(attempts, outcome="failed", status="5xx", error="status") == 1
    assert shown.value(attempts, outcome="failed", status="none", error="connect") >= 1
    seconds = "telecine_attempt_duration_seconds_count"
    assert shown.value(seconds) == shown.value(attempts)
    assert shown.value("telecine_attempt_phase_duration_seconds_count", phase="first_byte") == 2


async def test_what_waits_is_told_with_its_age(busy: TestHouse) -> None:
    listed = await Customer(busy.http).deliveries(state="postponed")

    async def fresh() -> bool:  # what was seen is shown for some seconds
        shown = await page(busy.http)
        waiting = shown.value("telecine_deliveries_waiting", state="postponed")
        timers = shown.value("telecine_stream_messages", stream="TIMERS")
        return waiting == timers == len(listed)

    await until(fresh, poll=0.5)
    shown = await page(busy.http)
    assert shown.value("telecine_deliveries_waiting_oldest_age_seconds", state="postponed") > 0
    assert shown.value("telecine_deliveries_waiting", state="parked") == 0
    assert shown.value("telecine_breakers_open") == 0


async def test_queues_and_views_tell_how_far_they_are_behind(busy: TestHouse) -> None:
    shown = await page(busy.http)

    for stream, consumer in (
        ("VIDEOS", "ingest-view"),
        ("ENDPOINTS", "subscriptions-view"),
        ("DELIVERIES", "delivery-requested"),
        ("DUE", "delivery-due"),
    ):
        for name in ("pending", "unacknowledged"):
            metric = f"telecine_consumer_{name}_messages"
            assert shown.value(metric, stream=stream, consumer=consumer) >= 0
    handled = "telecine_messages_handled_total"
    assert shown.value(handled, consumer="transcoder-due", outcome="done") >= 1
    assert shown.value("telecine_commit_rows_sum", table="deliveries") >= 2


async def test_no_label_says_whose_anything_is(busy: TestHouse) -> None:
    video_id = (await Customer(busy.http).deliveries())[0]["video_id"]
    shown = await page(busy.http)

    for private in ("demo", "other", "-key", "127.0.0.1", "SECRETIVE", video_id, "a-secret"):
        assert private not in shown.text


async def test_openmetrics_is_answered_to_who_asks_for_it(busy: TestHouse) -> None:
    accept = {"accept": "application/openmetrics-text; version=1.0.0"}

    plain = await busy.http.get("/metrics")
    answer = await busy.http.get("/metrics", headers=accept)

    assert plain.headers["content-type"].startswith("text/plain; version=")
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


def queries() -> list[tuple[str, str]]:
    dashboard: dict[str, Any] = json.loads(DASHBOARD.read_text())
    return [
        (panel["title"], target["expr"])
        for panel in dashboard["panels"]
        for target in panel.get("targets", [])
    ]


def used(query: str) -> dict[str, set[str]]:
    """Answer the metrics of a query, each with the labels that the query knows it by."""
    grouped = {
        each.strip() for by in re.findall(r"by \(([^)]*)\)", query) for each in by.split(",")
    }
    found: dict[str, set[str]] = {}
    for name, selector in re.findall(r"((?:telecine|process)_\w+)(?:\{([^}]*)\})?", query):
        found.setdefault(name, set()).update(re.findall(r"(\w+)\s*[!=]", selector), grouped)
    return found


async def test_every_query_of_the_dashboard_finds_what_the_house_exports(busy: TestHouse) -> None:
    shown = await page(busy.http)
    quiet = "telecine_metrics_source_failures_total"  # nothing has failed

    assert len(queries()) > 20
    for title, query in queries():
        metrics = used(query)
        assert metrics, f"{title}: no metric in {query}"
        for name, labels in metrics.items():
            if name == quiet:
                assert f"# TYPE {name}" in shown.text
                continue
            assert name in shown.samples, f"{title}: nothing exports {name}"
            assert labels <= shown.labels(name) | ADDED, f"{title}: {name} has no such label"


async def test_beyond_loopback_metrics_need_a_key(open_house: OpenHouse) -> None:
    async with open_house(host="0.0.0.0") as house:  # noqa: S104 - of this test only
        without = await house.http.get("/metrics")
        wrong = await house.http.get("/metrics", headers={"authorization": "Bearer nobody"})
        with_key = await house.http.get("/metrics", headers=BEARER)

    assert (without.status_code, wrong.status_code, with_key.status_code) == (401, 401, 200)
    assert without.headers["www-authenticate"] == "Bearer"
    assert without.json()["error"]["field"] == "Authorization"


async def test_a_port_of_their_own_has_metrics_and_nothing_else(open_house: OpenHouse) -> None:
    port = free_port()
    async with open_house(metrics_port=port), httpx.AsyncClient(trust_env=False) as http:
        shown = Page((await http.get(f"http://127.0.0.1:{port}/metrics")).text)
        other = await http.get(f"http://127.0.0.1:{port}/v1/clock")

    assert shown.value("telecine_service_ready", service="delivery") == 1
    assert other.status_code == 404


async def test_a_metrics_port_that_is_taken_is_refused_by_its_name(tmp_path: Path) -> None:
    async with houses.opened(tmp_path / "one") as house:
        taken = int(house.url.rpartition(":")[2])
        settings = houses.settings(tmp_path / "two", metrics_port=taken)
        with pytest.raises(Refusal, match="TELECINE_METRICS_PORT"):
            async with local.house(settings):
                pass


async def test_a_service_alone_has_its_metrics_on_its_own_port(busy: TestHouse) -> None:
    port = free_port()
    env = {
        "TELECINE_NATS_URL": str(busy.settings.nats_url),
        "TELECINE_DATA": str(busy.settings.data),
        "TELECINE_METRICS_PORT": str(port),
    }
    command = (sys.executable, "-m", "telecine.simulations", "run", "transcoder")
    process = await asyncio.create_subprocess_exec(*command, env=env)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:

            async def answers() -> Page | None:
                try:
                    return await page(http)
                except httpx.TransportError:
                    return None

            shown: Page = await until(answers, deadline=30)
    finally:
        process.terminate()
        status = await process.wait()

    assert shown.value("telecine_service_ready", service="transcoder") == 1
    assert "telecine_stream_messages{" not in shown.text, "queues are the clock's to tell"
    assert status == 0
