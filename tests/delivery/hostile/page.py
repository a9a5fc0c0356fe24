"""The behaviours as docs/hostile-receivers.md shows them."""

from tests.delivery.hostile import bodies, connections, handshakes, heads
from tests.delivery.hostile.behaviour import Hostile

THEMES = {
    "Connections": connections.BEHAVIOURS,
    "Heads": heads.BEHAVIOURS,
    "Bodies": bodies.BEHAVIOURS,
    "Handshakes": handshakes.BEFORE,
    "Over good TLS": handshakes.WITHIN,
}


def tables() -> str:
    """Answer a table for each theme."""
    return "\n\n".join(f"## {theme}\n\n{_table(all_)}" for theme, all_ in THEMES.items()) + "\n"


def _table(behaviours: list[Hostile]) -> str:
    rows = [
        "| the receiver | class | status | length | the message says |",
        "|---|---|---|---|---|",
    ]
    return "\n".join([*rows, *map(_row, behaviours)])


def _row(hostile: Hostile) -> str:
    cells = [
        hostile.name,
        hostile.error or "success",
        str(hostile.status or ""),
        "" if hostile.length is None else f"{hostile.length:,}",
        hostile.says.format(address="192.0.2.1:80").strip().rstrip(":"),
    ]
    if hostile.truncated:
        cells[1] += ", body cut at the cap"
    if hostile.times > 1:
        cells[0] += f" (webhook {hostile.times}, connection {hostile.connections})"
    return "| " + " | ".join(cells) + " |"
