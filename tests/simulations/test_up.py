"""`telecine up` as its users meet it: a process that starts, says where it is, stops, and goes on."""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from telecine.simulations.data_folder import DataFolder
from tests.processes import UpProcess, free_port, process, told_to_stop
from tests.waiting import until

AUTHORIZATION = {"authorization": "Bearer demo-key"}


async def run(*arguments: str, env: dict[str, str] | None = None) -> tuple[int, str]:
    """Run a command to its end, which must come: it is not left behind. Answers its exit status and
    everything it printed."""
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "telecine.simulations", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, **(env or {})},
    )
    try:
        output, _ = await asyncio.wait_for(running.communicate(), 30)
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
    return running.returncode or 0, output.decode()


def client(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, headers=AUTHORIZATION, timeout=20)


async def happened(http: httpx.AsyncClient, video: dict[str, str], facts: int) -> bool:
    """Whether a video's history has so many facts."""
    shown = await http.get(f"/v1/videos/{video['uuid']}/history")
    return shown.status_code == 200 and len(shown.json()["facts"]) >= facts


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_stops_it_cleanly_and_leaves_no_server(
    tmp_path: Path, how: signal.Signals
) -> None:
    async with process(tmp_path / "data", "--preset", "instant") as up:
        server = int((tmp_path / "data/nats-server.pid").read_text())

        status = await up.stop(how)

        assert status == 0, up.output.read_text()
        assert not Path(f"/proc/{server}").exists()
        assert not (tmp_path / "data/nats.url").exists()


@pytest.mark.parametrize("command", [("up", "--port", "0"), ("run", "ingest")], ids=["up", "run"])
async def test_a_signal_ends_one_that_still_waits_for_its_nats_server(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    output = tmp_path / "output"
    nobody = f"127.0.0.1:{free_port()}"
    with output.open("wb") as out:
        running = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "telecine.simulations", *command),
            stdout=out,
            stderr=out,
            env={
                **os.environ,
                "TELECINE_NATS_URL": f"nats://a-token@{nobody}",
                "TELECINE_DATA": str(tmp_path / "data"),
            },
        )

    def waits_for_nats() -> bool:
        return "nats.error" in output.read_text()

    assert await told_to_stop(running, waits_for_nats, within=20) == 0
    said = output.read_text()
    assert "Traceback" not in said
    assert f"nats://***@{nobody}" in said
    assert "a-token" not in said


@pytest.mark.parametrize("env", [{}, {"TELECINE_SYNC_ALWAYS": "true"}], ids=["default", "set"])
async def test_its_server_syncs_every_write_if_that_is_set(
    tmp_path: Path, env: dict[str, str]
) -> None:
    async with process(tmp_path / "data", "--preset", "instant", env=env):
        config = json.loads((tmp_path / "data/nats-server.conf").read_text())

    assert (config["jetstream"].get("sync_interval") == "always") == bool(env)


async def test_started_again_on_the_same_data_it_goes_on_where_it_was(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with process(data, "--preset", "quick", "--speed", "0") as up:
        async with client(up.url) as http:
            body = {"url": "http://example.com/a.mp4", "title": "a"}
            video = (await http.post("/company/client/video/stream/copy", json=body)).json()
            await until(lambda: happened(http, video, 2), deadline=30)
            frozen = (await http.get("/v1/clock")).json()
        await up.stop()

    begun = time.monotonic()
    async with process(data, "--preset", "quick", "--speed", "50") as up, client(up.url) as http:
        goes_on = (await http.get("/v1/clock")).json()
        at_most = timedelta(seconds=50 * (time.monotonic() - begun))

        async def done() -> Any:
            now = (await http.get(f"/v1/videos/{video['uuid']}/history")).json()["facts"]
            return now if now[-1]["type"] == "video.ready_to_watch" else None

        history = await until(done, deadline=30)

    assert frozen["frozen"] is True
    assert history[0]["at"] == history[1]["at"], "nor does time that stands still"
    passed = datetime.fromisoformat(goes_on["now"]) - datetime.fromisoformat(frozen["now"])
    assert timedelta(0) < passed < at_most, "a night switched off does not pass"
    assert history[-1]["type"] == "video.ready_to_watch"


async def test_the_printed_curl_line_works_as_pasted(tmp_path: Path) -> None:
    async with process(tmp_path / "data", "--preset", "instant") as up:
        await until(lambda: "curl " in up.output.read_text())  # printed when it is ready
        line = up.output.read_text().split("Try:\n")[1].split("\n")[0].strip()

        pasted = await asyncio.create_subprocess_shell(
            f"{line} -s -o /dev/null -w '%{{http_code}}'", stdout=asyncio.subprocess.PIPE
        )
        output, _ = await pasted.communicate()

        assert line.startswith("curl ")
        assert output.decode() in {"200", "201"}


async def test_a_port_in_use_is_named_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        status, output = await run("up", "--data", str(tmp_path / "data"), "--port", port)

    assert status == 1
    assert f"port {port}" in output
    assert "--port" in output
    assert "Traceback" not in output


async def test_a_data_folder_in_use_is_named_with_its_holder(tmp_path: Path) -> None:
    async with process(tmp_path / "data") as up:
        status, output = await run("up", "--data", str(up.data), "--port", "0")

    assert status == 1
    assert str(up.data) in output
    assert "--data" in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({"TELECINE_PORT": "eighty"}, "TELECINE_PORT"),
        ({"TELECINE_ORGS": "{"}, "orgs"),
        ({"TELECINE_ORGS": '{"de mo": ["k"]}'}, "TELECINE_ORGS"),
        ({"TELECINE_PRESET": "realistic"}, "TELECINE_PRESET"),
        ({"TELECINE_HOST": "192.0.2.1"}, "TELECINE_ORGS"),
    ],
)
async def test_a_broken_setting_is_named(tmp_path: Path, env: dict[str, str], named: str) -> None:
    status, output = await run("up", "--data", str(tmp_path / "data"), env=env)

    assert status == 2
    assert named in output
    assert "Traceback" not in output


async def test_settings_are_printed_with_reasons_and_without_keys() -> None:
    orgs = json.dumps({"acme": ["very-secret-key"]})

    status, output = await run("settings", env={"TELECINE_ORGS": orgs})

    assert status == 0
    assert "TELECINE_SPEED = 1.0" in output
    assert "acme" in output
    assert "very-secret-key" not in output


async def test_setting_that_is_misspelt_is_told_of() -> None:
    status, output = await run("settings", env={"TELECINE_TIMOUT": "3"})

    assert status == 0
    assert "telecine: TELECINE_TIMOUT is no setting; write TELECINE_TIMEOUT" in output


async def test_verify_on_a_folder_without_a_house_says_so_and_makes_none(tmp_path: Path) -> None:
    status, output = await run("verify", "--data", str(tmp_path / "mistyped"))

    assert status == 1
    assert "--data" in output
    assert "Traceback" not in output
    assert not (tmp_path / "mistyped").exists()


async def test_verify_of_a_house_whose_services_never_ran_says_what_to_do(tmp_path: Path) -> None:
    data = tmp_path / "data"
    DataFolder.claim(data).release()  # as one whose start was cut off leaves it

    status, output = await run("verify", "--data", str(data))

    assert status == 1
    assert "start every service" in output
    assert "Traceback" not in output


@pytest.mark.parametrize("command", ["up --port 0", "verify", "rebuild"])
async def test_a_data_folder_that_cannot_be_one_is_named(tmp_path: Path, command: str) -> None:
    (tmp_path / "file").touch()

    status, output = await run(*command.split(), "--data", str(tmp_path / "file"))

    assert status == 1
    assert str(tmp_path / "file") in output
    assert "--data" in output
    assert "Traceback" not in output


@pytest.mark.parametrize("port", ["65536", "-1", "http"])
async def test_a_receiver_at_a_port_that_is_none_is_refused(port: str) -> None:
    status, output = await run("receiver", f"--port={port}")

    assert status == 2
    assert "is no port" in output


async def test_a_service_without_nats_says_what_to_set() -> None:
    status, output = await run("run", "ingest")

    assert status == 1
    assert "TELECINE_NATS_URL" in output


async def test_a_nats_server_that_dies_comes_back_and_nothing_is_lost(tmp_path: Path) -> None:
    async with (
        process(tmp_path / "data", "--preset", "quick", "--speed", "5") as up,
        httpx.AsyncClient(base_url=up.url, headers=AUTHORIZATION, timeout=20) as http,
    ):
        body = {"url": "http://example.com/a.mp4", "title": "a"}
        video = (await http.post("/company/client/video/stream/copy", json=body)).json()
        server = int((tmp_path / "data/nats-server.pid").read_text())

        os.kill(server, signal.SIGKILL)

        async def done() -> bool:
            now = await http.get(f"/company/client/video/{video['uuid']}")
            return now.status_code == 200 and now.json()["status"] == "process-completed"

        await until(done, deadline=30)
        status, output = await up.verify()

    assert status == 0, output


async def test_an_orphaned_server_of_a_crash_is_replaced(tmp_path: Path) -> None:
    up = UpProcess(tmp_path / "data")
    try:
        await up.start()
        first = int((tmp_path / "data/nats-server.pid").read_text())
        await up.kill()
        await up.start()
        second = int((tmp_path / "data/nats-server.pid").read_text())
    finally:
        await up.kill()

    assert first != second
    await until(lambda: not Path(f"/proc/{first}").exists())
