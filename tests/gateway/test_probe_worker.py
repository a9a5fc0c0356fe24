"""The probe's worker on bad days, and what its process may not do."""

import asyncio
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from telecine.gateway.probe import KEPT_ENVIRONMENT, OUTPUT_CAP, WORKER, probe
from telecine.shared.errors import Unavailable
from telecine.shared.events.video import Failure, Media
from telecine.simulations.media import CLIP
from tests.waiting import until


def python(code: str) -> tuple[str, ...]:
    """A worker of the test's own: it gets the same arguments as the real one."""
    return (sys.executable, "-c", code)


def code_of(answer: Media | Failure) -> str:
    assert isinstance(answer, Failure), answer
    return answer.code


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # One that has ended and that init has not buried yet still has its id.
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


def hanging(note: Path) -> tuple[str, ...]:
    """A worker that hangs, with a child that keeps its output open; their ids are in `note`.

    It first says more than any pipe holds, so once there is a note somebody listens to it.
    """
    said = "head -c 1000000 /dev/zero"
    return ("/bin/sh", "-c", f"{said}; sleep 600 & echo $! $$ > {shlex.quote(str(note))}; wait")


async def test_a_hanging_worker_and_its_children_are_killed_at_the_deadline(
    tmp_path: Path,
) -> None:
    note = tmp_path / "pids"

    answer = await probe(CLIP, deadline=10, command=hanging(note))

    assert code_of(answer) == "probe.timeout"
    child, worker = map(int, note.read_text().split())
    assert not alive(worker)
    await until(lambda: not alive(child))


async def test_no_worker_outlives_whoever_waited_for_it(tmp_path: Path) -> None:
    note = tmp_path / "pids"
    waiting = asyncio.create_task(probe(CLIP, deadline=600, command=hanging(note)))
    await until(lambda: note.exists() and note.read_text().endswith("\n"))

    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    child, worker = map(int, note.read_text().split())
    assert not alive(worker)
    await until(lambda: not alive(child))


async def test_a_worker_out_of_cpu_time_is_a_timeout() -> None:
    spin = "import telecine.gateway.probe_worker as w; w.limit_resources(1)\nwhile True: pass"

    # A deadline that no test run lives to see: only the limit can end this one.
    answer = await probe(CLIP, deadline=600, command=python(spin))

    assert code_of(answer) == "probe.timeout"


async def test_a_crash_is_the_files_fault() -> None:
    crash = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"

    assert code_of(await probe(CLIP, command=python(crash))) == "probe.corrupt"


@pytest.mark.parametrize("words", ["''", "'{}'", "'not JSON'", "'x' * 5_000_000"])
async def test_words_that_are_no_findings_are_the_files_fault(words: str) -> None:
    assert code_of(await probe(CLIP, command=python(f"print({words})"))) == "probe.corrupt"


async def test_words_past_the_cap_are_not_kept() -> None:
    # given: good findings, behind more blanks (which JSON allows) than we are ready to hold
    padded = python(
        f"import sys, telecine.gateway.probe_worker as w; print(' ' * {OUTPUT_CAP}); "
        "w.main(*sys.argv[1:])"
    )

    assert code_of(await probe(CLIP, command=padded)) == "probe.corrupt"


async def test_a_worker_that_cannot_work_blames_no_file() -> None:
    broken = python("import a_module_that_is_missing")

    with pytest.raises(Unavailable, match="a_module_that_is_missing"):
        await probe(CLIP, command=broken)


async def test_the_worker_sees_none_of_our_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELECINE_KEY", "secret")
    note = tmp_path / "names"
    tell = f"import os; open({str(note)!r}, 'w').write(' '.join(os.environ))"

    await probe(CLIP, command=python(tell))

    # Python sets LC_CTYPE itself in a C locale; macOS adds names with two underscores in front.
    seen = {name for name in note.read_text().split() if not name.startswith("__")}
    assert seen <= {*KEPT_ENVIRONMENT, "LC_CTYPE"}


@pytest.mark.parametrize(
    ("attempt", "refusal"),
    [
        pytest.param("open(sys.argv[1], 'wb', 0).write(b'x')", "File too large", id="write"),
        pytest.param("bytearray(2 * 1024 ** 3)", "MemoryError", id="memory"),
        pytest.param(
            "w.open_nothing_more(); open(w.__file__)", "Too many open files", id="open a file"
        ),
        pytest.param(
            "w.open_nothing_more(); socket.socket()", "Too many open files", id="open a socket"
        ),
    ],
)
def test_the_limited_process_cannot(tmp_path: Path, attempt: str, refusal: str) -> None:
    limited = "import socket, sys, telecine.gateway.probe_worker as w; w.limit_resources(20)"
    command = [*python(f"{limited}; {attempt}"), str(tmp_path / "file")]

    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    assert ended.returncode == 1
    assert refusal in ended.stderr


def test_the_worker_limits_itself_before_it_reads(tmp_path: Path) -> None:
    # given: an output that is a file, which its limits forbid to write
    with (tmp_path / "out").open("wb") as out:
        ended = subprocess.run(
            [*WORKER, str(CLIP), "20"], stdout=out, stderr=subprocess.PIPE, timeout=30, check=False
        )

    assert ended.returncode > 0
    assert (tmp_path / "out").read_bytes() == b""


def test_the_worker_loads_nothing_of_the_house() -> None:
    names = "print(*(name for name in sys.modules if name.startswith('telecine')))"
    command = python(f"import sys, telecine.gateway.probe_worker; {names}")

    loaded = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout

    assert set(loaded.split()) == {
        "telecine",
        "telecine.gateway",
        "telecine.gateway.probe_worker",
    }
