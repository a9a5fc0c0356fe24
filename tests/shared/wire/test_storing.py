"""A stream that stores nothing is noticed, until it stores again or long enough has passed."""

from telecine.shared.wire.storing import FORGOTTEN, Storing


class Watch:
    """A clock in the test's hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_stream_that_stores_nothing_is_noticed_until_it_stores() -> None:
    storing = Storing(Watch())
    assert not storing.is_in_vain

    storing.not_stored("video.uploaded.demo.v1")
    storing.stored("timer.test.key.1")
    assert storing.is_in_vain

    storing.stored("video.created.demo.v2")
    assert not storing.is_in_vain


def test_after_a_while_it_is_worth_another_try() -> None:
    watch = Watch()
    storing = Storing(watch)
    storing.not_stored("video.uploaded.demo.v1")

    watch.now = FORGOTTEN - 0.1
    assert storing.is_in_vain
    watch.now = FORGOTTEN
    assert not storing.is_in_vain


def test_another_connection_begins_anew() -> None:
    storing = Storing(Watch())
    storing.not_stored("video.uploaded.demo.v1")

    storing.begin_anew()

    assert not storing.is_in_vain
