"""Every act of sabotage, by name."""

from tests.sabotage import (
    acts_on_delivery,
    acts_on_egress,
    acts_on_encoding,
    acts_on_endpoints,
    acts_on_folders,
    acts_on_records,
    acts_on_sending,
    acts_on_the_clock,
    acts_on_the_fan_out,
    acts_on_the_log,
    acts_on_uploads,
)
from tests.sabotage.act import Act

ACTS: dict[str, Act] = {
    each.name: each
    for part in (
        *(acts_on_delivery, acts_on_sending, acts_on_egress),
        *(acts_on_the_log, acts_on_the_clock, acts_on_uploads),
        *(acts_on_folders, acts_on_encoding, acts_on_the_fan_out),
        *(acts_on_endpoints, acts_on_records),
    )
    for each in part.ACTS
}


def table() -> str:
    """Answer the list as docs/testing.md shows it."""
    rows = [
        f"| `{each.name}` | {each.breaks} | {'<br>'.join(f'`{test}`' for test in each.tests)} |"
        for each in ACTS.values()
    ]
    return "\n".join(["| sabotage | the promise it breaks | turns red |", "|---|---|---|", *rows])
