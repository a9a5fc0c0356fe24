"""One act of sabotage: what is replaced by what, and the tests that must not let it pass."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Edit:
    """An exact text in a file, which must stand there once, and what it becomes."""

    file: str
    text: str
    becomes: str

    def count(self, root: Path) -> int:
        """Answer how often the text stands in its file."""
        return (root / self.file).read_text().count(self.text)

    def apply(self, root: Path) -> None:
        """Do it. Raises ValueError if the text is not found exactly once: the code has moved on."""
        if self.count(root) != 1:
            raise ValueError(f"{self.file}: not found exactly once:\n{self.text}")
        path = root / self.file
        path.write_text(path.read_text().replace(self.text, self.becomes))


@dataclass(frozen=True)
class Act:
    """A sabotage by name. `breaks` says which promise; each of `tests` (node ids) must turn red."""

    name: str
    breaks: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]


def act(name: str, breaks: str, *edits: Edit, tests: str | tuple[str, ...]) -> Act:
    """Write down an act; the tests' ids are without their leading `tests/`."""
    ids = (tests,) if isinstance(tests, str) else tests
    return Act(name, breaks, edits, tuple(f"tests/{each}" for each in ids))
