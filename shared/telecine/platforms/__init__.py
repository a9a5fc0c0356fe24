"""The platforms, each a folder with a `PACK`; a new folder is a new platform, nothing else changes."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from telecine.platforms.pack import Pack


@cache
def packs() -> dict[str, Pack]:
    """Answer every pack by its name."""
    folders = [found.name for found in iter_modules(__path__) if found.ispkg]
    found = [import_module(f"{__name__}.{folder}").PACK for folder in sorted(folders)]
    return {pack.name: pack for pack in found}
