"""What `telecine verify` makes of the delivery service's rows, in whatever order a database has them."""

from itertools import permutations
from typing import Any

from telecine.delivery.tables import AttemptRow
from telecine.simulations.verify.deliveries import Records


def attempt(**columns: Any) -> AttemptRow:
    return AttemptRow(**columns)


def test_attempts_are_read_in_their_own_order_and_not_the_databases() -> None:
    rows = [attempt(id=9 - number, delivery_id="a", number=number) for number in (1, 2, 3)]

    for shuffled in permutations(rows):
        assert Records.of([], shuffled).attempts == {"a": rows}
