"""The garbage collector of a process that runs for long: what start-up has made is not looked at again.

Everything imported (a few hundred thousand objects) is kept out of every collection, and collections
come after more new objects than the messages in a service's hands are: a quarter of a delivery worker's
time went into them otherwise (docs/benchmarks.md).
"""

import gc

#: New objects until the youngest are looked at; then how many such looks until the older ones are.
_THRESHOLDS = (50_000, 20, 50)


def settle() -> None:
    """Take what there is now for granted. Call it once, when everything is up."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
