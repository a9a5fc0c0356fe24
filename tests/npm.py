"""Packages from npm that judge the house: installed beside Python's, once for good, in exact versions.

What needs them is collected where npm is, and always in CI: who only has Python can run the rest.
"""

import asyncio
import os
import shutil
import sys
from pathlib import Path
from tempfile import mkdtemp

#: Whether tests that need npm are collected here.
IS_HERE = bool(os.environ.get("CI") or shutil.which("npm"))

_OPTIONS = ("--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock")


async def installed(name: str, *packages: str) -> Path:
    """Answer the folder `node_modules` that has these packages, each `name@version`."""
    versions = "-".join(each.rpartition("@")[2] for each in packages)
    place = Path(sys.prefix) / "share" / f"{name}-{versions}"
    npm = shutil.which("npm")
    assert npm, "these tests need node and npm on the PATH"
    if not place.exists():
        place.parent.mkdir(exist_ok=True)
        fresh = Path(mkdtemp(prefix=f"{name}-", dir=place.parent))
        install = (npm, "install", *_OPTIONS, "--prefix", str(fresh), *packages)
        process = await asyncio.create_subprocess_exec(
            *install, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        said, _ = await process.communicate()
        assert process.returncode == 0, f"npm could not install {packages}: {said.decode()}"
        try:
            fresh.rename(place)
        except OSError:  # another worker was quicker
            shutil.rmtree(fresh)
    return place / "node_modules"


async def run(script: Path, *arguments: str, given: bytes = b"") -> bytes:
    """Run a script with node; answer what it prints."""
    node = shutil.which("node")
    assert node, "these tests need node on the PATH"
    process = await asyncio.create_subprocess_exec(
        *(node, str(script), *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    answer, _ = await process.communicate(given)
    assert process.returncode == 0
    return answer
