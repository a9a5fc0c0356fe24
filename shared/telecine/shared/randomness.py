"""Named streams of chance: one for each purpose of each aggregate, so none disturbs another."""

import hashlib
import random


def rng(seed: int, aggregate_id: str, purpose: str) -> random.Random:
    """Answer the random stream for one purpose; the same arguments give the same numbers."""
    digest = hashlib.sha256(f"{seed}\x1f{aggregate_id}\x1f{purpose}".encode()).digest()
    return random.Random(digest)  # noqa: S311 - simulation, reproducible on purpose
