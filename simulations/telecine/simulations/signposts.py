"""What `telecine up` tells whoever started it: addresses, keys, and a line that works as pasted."""

from telecine.platforms import packs
from telecine.shared.settings import Settings


def signposts(url: str, settings: Settings) -> str:
    """Answer the text; it goes to standard output, never to a log, since it shows keys."""
    lines = [f"Telecine is up at {url}", ""]
    for org, keys in settings.orgs.items():
        lines.append(f"organisation {org}, key {keys[0]}")
        for pack in packs().values():
            post = pack.signpost(url, org, keys[0])
            lines += [f"  {place:<12} {address}" for place, address in post.places.items()]
            lines.append(f"  {'':<12} {post.authorization}")
        lines += [f"  {'control':<12} {url}/v1", f"  {'':<12} Authorization: Bearer {keys[0]}", ""]
    lines.append(f"data folder: {settings.data.resolve()}   stop with Ctrl-C")
    org, keys = next(iter(settings.orgs.items()))
    example = next(iter(packs().values())).signpost(url, org, keys[0]).example
    return "\n".join([*lines, "", "Try:", f"  {example}"])
