"""What somebody who starts the house needs to know to call it as OmegaStream."""

import json
from shlex import quote

from telecine.platforms.omega.upload_door import PATH
from telecine.platforms.omega.wire import VIDEOS
from telecine.platforms.pack import Signpost


def signpost(url: str, _: str, key: str) -> Signpost:
    """Answer the addresses, the header of a key, and an upload by link that works as pasted."""
    authorization = f"Authorization: Bearer {key}"
    upload = json.dumps({"title": "My first video", "url": "https://example.com/video.mp4"})
    return Signpost(
        places={"omega": f"{url}/company", "omega tus": f"{url}{PATH}"},
        authorization=authorization,
        example=(
            f"curl -X POST {quote(f'{url}{VIDEOS}/stream/copy')} -H {quote(authorization)} "
            f"-H 'Content-Type: application/json' -d {quote(upload)}"
        ),
    )
