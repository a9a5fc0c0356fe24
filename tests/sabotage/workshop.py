"""A copy of the repository in which promises may be broken, and its tests run."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.sabotage.act import ROOT

SOURCES = ("services", "shared", "simulations")
#: Seconds that one test may take.
TIMEOUT = 60

_RESULT = re.compile(r"^(PASSED|FAILED|ERROR) (\S+)(?: - (.*))?$", re.MULTILINE)


@dataclass(frozen=True)
class Result:
    """How one test ended, and what it said."""

    test: str
    outcome: str
    message: str


@dataclass(frozen=True)
class Workshop:
    """A copy, with the tests' imports bound to it."""

    root: Path

    def run(self, tests: Sequence[str]) -> tuple[list[Result], str]:
        """Run tests in the copy. Answers their results, and all that pytest printed."""
        command = [sys.executable, "-m", "pytest", "-q", "-rpfE", "--tb=short"]
        command += ["-p", "no:cacheprovider", "--show-capture=no", f"--timeout={TIMEOUT}"]
        ended = self._python(*command[1:], *tests)
        results = [Result(*found) for found in _sorted(_RESULT.findall(ended.stdout))]
        return results, ended.stdout + ended.stderr

    def is_bound(self) -> bool:
        """Whether the house's code, imported here, is the copy's."""
        ask = "import telecine.delivery.worker as it; print(it.__file__)"
        return self._python("-c", ask).stdout.startswith(str(self.root))

    def _python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join(str(self.root / source) for source in SOURCES)
        bound = {"PYTHONPATH": path, "COLUMNS": "400", "NO_COLOR": "1"}
        env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=env | bound,
            capture_output=True,
            text=True,
            check=False,
        )


def _sorted(found: list[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    yield from sorted((test, outcome, message) for outcome, test, message in found)


@contextmanager
def copied(source: Path = ROOT) -> Iterator[Workshop]:
    """Copy what the tests need, with its bytecode; it is gone when the block ends."""
    with TemporaryDirectory(prefix="telecine-sabotage-") as folder:
        root = Path(folder).resolve()
        for name in (*SOURCES, "tests"):
            shutil.copytree(source / name, root / name, ignore=shutil.ignore_patterns(".*"))
        shutil.copy2(source / "pyproject.toml", root)
        yield Workshop(root)
