"""The verdict over an answer, and what is kept of it."""

from telecine.delivery.outcome import HEADERS_CAP, judged, kept_headers, label, legible
from telecine.delivery.recording import Recording, timings


def test_only_2xx_is_success_and_only_3xx_a_redirect() -> None:
    verdicts = {status: judged(status, "Label") for status in range(1000)}

    assert [status for status, failure in verdicts.items() if failure is None] == [
        *range(200, 300)
    ]
    assert [
        status for status, failure in verdicts.items() if failure and failure.error == "redirect"
    ] == [*range(300, 400)]


def test_label_is_the_receivers_own_else_the_standard_one_else_nothing() -> None:
    assert label(404, b"Not here") == "Not here"
    assert label(404, b"") == "Not Found"
    assert label(799, b"") == ""


def test_headers_are_kept_to_the_last_byte_of_the_cap_and_not_beyond() -> None:
    exact = (b"A", b"x" * (HEADERS_CAP - 1))

    assert kept_headers([exact]) == (("A", "x" * (HEADERS_CAP - 1)),)
    assert kept_headers([(b"A", b"x" * HEADERS_CAP)]) == ()
    assert kept_headers([exact, (b"B", b"")]) == kept_headers([exact])


def test_wish_for_a_pause_is_kept_wherever_it_stands() -> None:
    wish, large = (b"Retry-After", b"7"), (b"A", b"x" * 8_000)

    assert kept_headers([large, large, large, wish]) == (
        ("A", "x" * 8_000),
        ("A", "x" * 8_000),
        ("Retry-After", "7"),
    )
    assert kept_headers([(b"B", b""), wish, *[(b"retry-after", b"x" * 8_000)] * 3])[0] == (
        "Retry-After",
        "7",
    )


def test_what_is_no_character_to_see_is_replaced_and_a_tab_stays() -> None:
    said = "a\x00\x1b\x7f\x85\x9b\u202e\u2028\u200d\ud800\tz".encode("utf-8", "surrogatepass")

    assert legible(said) == "a" + "\ufffd" * 11 + "\tz"
    assert legible("é 漢字".encode()) == "é 漢字"


def recording(started: float, **moments: float) -> Recording:
    made = Recording(started)
    for name, moment in moments.items():
        setattr(made, name, moment)
    return made


def test_phases_are_the_spans_between_their_moments() -> None:
    seen = recording(0.5, wanted=1.0, named=True, opened=1.25, handshaking=1.5, ready=2.0)
    seen.first_byte = 4.0

    spans = timings(seen, 5.0)

    assert (spans.dns_ms, spans.connect_ms, spans.tls_ms) == (250, 250, 500)
    assert (spans.first_byte_ms, spans.total_ms) == (2000, 4500)


def test_phase_that_did_not_complete_has_no_length() -> None:
    spans = timings(recording(1.0, wanted=1.0, opened=1.0, handshaking=1.5), 2.0)

    assert (spans.dns_ms, spans.tls_ms, spans.first_byte_ms) == (None, None, None)
    assert spans.connect_ms == 500


def test_reused_connection_has_no_phase_of_making_one() -> None:
    spans = timings(recording(1.0, ready=1.0, first_byte=2.0), 4.0)

    assert (spans.dns_ms, spans.connect_ms, spans.tls_ms) == (None, None, None)
    assert (spans.first_byte_ms, spans.total_ms) == (1000, 3000)
