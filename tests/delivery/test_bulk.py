"""Rows that are written past SQLAlchemy stand in SQLite as SQLAlchemy would have written them."""

from datetime import UTC, datetime

from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from telecine.delivery.bulk import text_of
from telecine.shared.tables.database import UtcTime

ZONES = st.timezones() | st.just(UTC)


@given(
    st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29), timezones=ZONES)
)
@example(datetime(2026, 3, 1, tzinfo=UTC))
@example(datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=UTC))
def test_a_moment_is_the_text_that_sqlalchemy_makes_of_it(moment: datetime) -> None:
    dialect = sqlite.dialect()
    keep = UtcTime().dialect_impl(dialect).bind_processor(dialect)
    assert keep is not None

    assert text_of(moment) == keep(moment)
