"""The AsyncAPI document before its official parser, which comes from npm.

Collected where npm is, and always in CI (tests/spec/conftest.py): who only has Python can run the rest.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from telecine.simulations.spec.asyncapi import document
from tests.npm import installed, run

PARSER = "3.6.3"


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return document()


@pytest.fixture(scope="session")
async def parser() -> Path:
    """Answer where the official parser is installed."""
    return await installed("asyncapi-parser", f"@asyncapi/parser@{PARSER}")


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
    script = Path(__file__).with_name("parser.mjs")
    return json.loads(await run(script, str(parser), str(file)))
