"""The command line: read what was said, do it, and say what went wrong in one line."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import SettingsError

from telecine.shared.errors import TelecineError
from telecine.shared.observing import logging
from telecine.shared.settings import Settings, misspelt
from telecine.simulations.arguments import parser
from telecine.simulations.dispatch import dispatch

EXIT_USAGE = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; answers the exit status: 0 good, 1 failed, 2 wrong usage or setting."""
    options = parser().parse_args(argv)
    given = {
        name: value
        for name in Settings.model_fields
        if (value := getattr(options, name, None)) is not None
    }
    try:
        settings = Settings(**given)
        for name, meant in misspelt(os.environ).items():
            print(f"telecine: {name} is no setting; write {meant}", file=sys.stderr)
        logging.configure(settings.log_level)
        with _usable(settings.data):
            return dispatch(settings, options)
    except ValidationError as error:
        print(_settings_error(error), file=sys.stderr)
        return EXIT_USAGE
    except SettingsError as error:
        print(f"telecine: {error}: write it as JSON; see `telecine settings`", file=sys.stderr)
        return EXIT_USAGE
    except TelecineError as error:
        print(f"telecine: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


@contextmanager
def _usable(data: Path) -> Iterator[None]:
    """Say of a data folder that cannot be made, read or written what is wrong with it, and what to do."""
    try:
        yield
    except OSError as error:
        if error.filename is None or not Path(error.filename).absolute().is_relative_to(
            data.absolute()
        ):
            raise
        raise TelecineError(
            f"the data folder {data} cannot be used ({error.filename}: {error.strerror}): "
            "name another one with --data or TELECINE_DATA"
        ) from error


def _settings_error(error: ValidationError) -> str:
    lines = ["telecine: a setting is wrong:"]
    for each in error.errors():
        name = str(each["loc"][0]) if each["loc"] else ""
        message = each["msg"].removeprefix("Value error, ")
        lines.append(f"  TELECINE_{name.upper()}: {message}" if name else f"  {message}")
    return "\n".join([*lines, "See `telecine settings` for all of them."])
