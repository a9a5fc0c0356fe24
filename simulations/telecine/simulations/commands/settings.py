"""`telecine settings`: every setting with its environment variable, its value and its reason."""

import json

from telecine.shared.observing.logging import without_login
from telecine.shared.settings import Settings

_HIDDEN = "***"


def run(settings: Settings) -> int:
    """Print the settings as they are in force; keys, tokens and passwords stay hidden."""
    for name, field in Settings.model_fields.items():
        print(f"TELECINE_{name.upper()} = {_shown(name, getattr(settings, name))}")
        print(f"    {field.description}")
    return 0


def _shown(name: str, value: object) -> str:
    match name, value:
        case "orgs", dict():
            return json.dumps({org: [_HIDDEN] * len(keys) for org, keys in value.items()})
        case (("nats_url" | "database_url"), str()):
            return without_login(value)
        case _, None:
            return "(not set)"
        case _:
            return str(value)
