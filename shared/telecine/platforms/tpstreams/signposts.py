"""What somebody who starts the house needs to know to call it as TPStreams."""

import json
from shlex import quote

from telecine.platforms.pack import Signpost


def signpost(url: str, org: str, key: str) -> Signpost:
    """Answer the address, the header of a key, and an upload by link that works as pasted."""
    home = f"{url}/api/v1/{org}/"
    authorization = f"Authorization: Token {key}"
    upload = {
        "title": "My first video",
        "inputs": [{"url": "https://example.com/video.mp4"}],
        "resolutions": ["240p", "720p"],
    }
    return Signpost(
        places={"tpstreams": home},
        authorization=authorization,
        example=(
            f"curl -X POST {quote(f'{home}assets/videos/')} -H {quote(authorization)} "
            f"-H 'Content-Type: application/json' -d {quote(json.dumps(upload))}"
        ),
    )
