"""A tally counts as the library's histogram does."""

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram

from telecine.shared.observing.metrics import SECONDS
from telecine.shared.observing.tally import Tally


@given(values=st.lists(st.floats(0, 100) | st.sampled_from(SECONDS)))
def test_it_says_what_the_librarys_histogram_says(values: list[float]) -> None:
    theirs, ours = (
        Histogram("h", "h", buckets=SECONDS, registry=CollectorRegistry()),
        Tally(SECONDS),
    )

    for value in values:
        theirs.observe(value)
        ours.observe(value)

    (family,) = theirs.collect()
    buckets = [(s.labels["le"], s.value) for s in family.samples if s.name == "h_bucket"]
    total = next(s.value for s in family.samples if s.name == "h_sum")
    assert ours.buckets() == buckets
    assert ours.sum == total
