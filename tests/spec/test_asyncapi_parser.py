"""The AsyncAPI document before its official parser, which comes from npm.

Collected where npm is, and always in CI (tests/spec/conftest.py): who only has Python can run the rest.
"""

import asyncio
import json
import shutil
import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from telecine.simulations.spec.asyncapi import document

PARSER = "3.6.3"


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return document()


@pytest.fixture(scope="session")
async def parser() -> Path:
    """Answer where the official parser is installed: beside Python's packages, once for good."""
    place = Path(sys.prefix) / "share" / f"asyncapi-parser-{PARSER}"
    npm = shutil.which("npm")
    assert npm, "the AsyncAPI parser needs node and npm on the PATH"
    if not place.exists():
        place.parent.mkdir(exist_ok=True)
        fresh = Path(mkdtemp(prefix="asyncapi-", dir=place.parent))
        options = ("--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock")
        install = (npm, "install", *options, "--prefix", str(fresh), f"@asyncapi/parser@{PARSER}")
        process = await asyncio.create_subprocess_exec(
            *install, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        said, _ = await process.communicate()
        assert process.returncode == 0, f"npm could not install the parser: {said.decode()}"
        try:
            fresh.rename(place)
        except OSError:  # another worker was quicker
            shutil.rmtree(fresh)
    return place / "node_modules"


@pytest.mark.timeout(180)
async def test_the_official_parser_finds_nothing_wrong(
    parser: Path, described: dict[str, Any], tmp_path: Path
) -> None:
    told = await parsed(parser, described, tmp_path / "asyncapi.json")

    assert told == {"channels": len(described["channels"]), "told": []}


@pytest.mark.timeout(180)
async def test_the_official_parser_would_find_an_error(
    parser: Path, described: dict[str, Any], tmp_path: Path
) -> None:
    broken = {name: described[name] for name in ("asyncapi", "info")}
    broken |= {"channels": {"video": {"address": "video"}}}
    operation = {"action": "shout", "channel": {"$ref": "#/channels/video"}}
    broken |= {"operations": {"send_video_uploaded": operation}}

    told = await parsed(parser, broken, tmp_path / "asyncapi.json")

    assert any("operations/send_video_uploaded" in each for each in told["told"])


async def parsed(parser: Path, described: dict[str, Any], file: Path) -> Any:
    file.write_text(json.dumps(described))
    node = shutil.which("node")
    assert node, "the AsyncAPI parser needs node on the PATH"
    script = Path(__file__).with_name("parser.mjs")
    process = await asyncio.create_subprocess_exec(
        node, str(script), str(parser), str(file), stdout=asyncio.subprocess.PIPE
    )
    answer, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(answer)
