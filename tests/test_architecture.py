"""The shape of the house, held by tests: rooms, imports, and the few places where things may happen."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("services", "shared", "simulations")
PLATFORMS = ROOT / "shared/telecine/platforms"


def sources() -> Iterator[Path]:
    for room in ROOMS:
        yield from (ROOT / room / "telecine").rglob("*.py")


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the dotted text of every call in a file, with its line."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


def test_import_rules_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_telecine_is_a_namespace_without_an_init() -> None:
    spec = find_spec("telecine")
    assert spec is not None
    assert spec.origin is None
    assert [room for room in ROOMS if (ROOT / room / "telecine/__init__.py").exists()] == []


def test_no_room_is_called_utils() -> None:
    forbidden = {"utils", "common", "helpers", "manager", "base"}
    assert [path for path in sources() if path.stem in forbidden] == []


@pytest.mark.parametrize(
    "pack", [p.name for p in PLATFORMS.iterdir() if p.is_dir() and p.name[0] != "_"]
)
def test_no_service_names_a_platform(pack: str) -> None:
    places = [ROOT / "services", ROOT / "shared/telecine/shared", *PLATFORMS.glob("*.py")]
    files = [f for place in places for f in ([place] if place.is_file() else place.rglob("*.py"))]
    assert [str(f) for f in files if pack in f.read_text().lower()] == []


def test_only_the_bus_publishes_to_a_stream_and_acknowledges() -> None:
    """The ledger of quiet will live in exactly these two places (DESIGN §4)."""
    allowed = {"bus.py"}
    core = {"pull.py", "heartbeat.py", "eventlog.py"}  # pull requests, signs of life, direct gets
    core |= {"rebuilding.py", "runs.py"}  # progress, to who asked for it; signs of a reset
    found = [
        f"{path.relative_to(ROOT)}:{line} {call}"
        for path in sources()
        if path.name not in allowed
        for call, line in calls(path)
        if call.endswith(
            (".js.publish", ".publish_async", ".ack_sync", ".nak", ".term", ".in_progress")
        )
        or (call.endswith("client.publish") and path.name not in core)
        or (call.endswith(".ack") and "bus" not in call)
    ]
    assert found == []


def test_only_the_event_log_writes_facts_of_aggregates() -> None:
    """One append function: nothing else may publish to a subject that is guarded by a sequence."""
    guarded = {path.name for path in sources() for call, _ in calls(path) if call == "Expect"}
    owning = {"lease.py", "fence.py", "runs.py"}  # who may act, which is no fact
    assert guarded == {"eventlog.py", "time_line.py"} | owning


def test_only_the_clock_deletes_timers() -> None:
    deleting = {
        str(path.relative_to(ROOT))
        for path in sources()
        if path.parent.name != "bench"  # empties a server of its own between two rounds
        for call, _ in calls(path)
        if call.endswith((".delete_msg", ".purge_stream"))
    }
    assert deleting == {"services/telecine/clock/firing.py"}


def test_the_wall_is_read_in_one_place_of_the_services() -> None:
    """Everything else takes time as an argument, or asks `wall_now`."""
    reading = {
        str(path.relative_to(ROOT))
        for path in sources()
        if "simulations" not in path.parts
        for call, _ in calls(path)
        if call in {"datetime.now", "datetime.utcnow", "time.time"}
    }
    assert reading == {
        "services/telecine/gateway/uploads.py",  # files on disk expire on the wall
        "shared/telecine/shared/wire/bus.py",  # the age of a connection is the server's time
        "shared/telecine/shared/log/eventlog.py",  # when the server stored it, as near as we know
        "shared/telecine/shared/time/virtual_time.py",
    }


def test_deciders_take_chance_and_time_as_arguments() -> None:
    pure = [
        "decider.py",
        "plan.py",
        "job.py",
        "job_plan.py",
        "live_plan.py",
        "schedule.py",
        "video.py",
        "endpoint.py",
        "heap.py",
    ]
    forbidden = ("datetime.now", "time.", "random.", "uuid4", "secrets.", "os.urandom")
    found = [
        f"{path.name}:{line} {call}"
        for path in sources()
        if path.name in pure or path.parent.name in {"events", "live", "video"}
        for call, line in calls(path)
        if call.startswith(forbidden)
    ]
    assert found == []


def test_no_address_of_a_registry_and_no_path_of_a_machine_is_committed() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    pins = (ROOT / "constraints.txt").read_text()
    assert "://" not in pins
    words = ("/" + "work/", "/" + "root/", "pypi" + ".org", "registry.npmjs" + ".org")
    found = []
    for name in listed.stdout.split():
        path = ROOT / name
        if path.suffix in {".py", ".toml", ".md", ".txt", ".yaml", ".yml", ""} and path.is_file():
            text = path.read_text(errors="ignore")
            found += [f"{name}: {word}" for word in words if word in text]
    assert found == []
