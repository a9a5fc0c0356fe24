"""The golden files: messages as they were once written, kept for ever, since users' logs hold them.

A new schema or state version is a new file beside the old one: `python -m tests.shared.goldens`
writes the files that are missing and never touches one that is there. Read what it wrote.
"""

import hashlib
import json
from pathlib import Path

from tests.shared.golden_cases import Written, written

FOLDER = Path(__file__).parent / "golden"
SUMS = FOLDER / "SHA256SUMS"


def paths() -> list[Path]:
    """Answer every golden file there is."""
    return sorted(FOLDER.glob("*.json"))


def kept(path: Path) -> Written:
    """Answer the message in a golden file."""
    return Written(**json.loads(path.read_text("utf-8")))


def line(path: Path) -> str:
    """Answer a file's line in SHA256SUMS, as `sha256sum` writes it."""
    return f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"


def main() -> None:
    """Write the golden files that are missing."""
    for name, message in written().items():
        path = FOLDER / f"{name}.json"
        if path.exists():
            continue
        path.write_text(f"{json.dumps(message.__dict__, indent=2)}\n", "utf-8")
        with SUMS.open("a", encoding="utf-8") as sums:
            sums.write(line(path))


if __name__ == "__main__":
    main()
