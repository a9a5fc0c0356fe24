"""A URL in the parts that a request is made of; what cannot be one is refused and never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecine.delivery.target import Unsendable, target_of
from telecine.delivery.webhook import written
from telecine.platforms.urls import check_webhook_url
from telecine.shared.aggregates.endpoint_rules import header_problem


@pytest.mark.parametrize(
    ("url", "origin", "head"),
    [
        ("http://Hook.Example/a", ("http", "hook.example", 80, True), "/a hook.example"),
        ("https://h", ("https", "h", 443, True), "/ h"),
        ("http://h:80/", ("http", "h", 80, True), "/ h"),
        ("http://h:443/", ("http", "h", 443, True), "/ h:443"),
        ("https://h:443/", ("https", "h", 443, True), "/ h"),
        ("HTTP://h:/x", ("http", "h", 80, True), "/x h"),
        ("http://h?a=b#c", ("http", "h", 80, True), "/?a=b h"),
        ("http://h/a?b?c#d#e", ("http", "h", 80, True), "/a?b?c h"),
        ("http://h./", ("http", "h.", 80, True), "/ h."),
        ("http://my_host/", ("http", "my_host", 80, True), "/ my_host"),
        ("http://192.0.2.1:8/", ("http", "192.0.2.1", 8, False), "/ 192.0.2.1:8"),
        ("http://[2001:DB8::1]/", ("http", "2001:db8::1", 80, False), "/ [2001:db8::1]"),
        ("http://[fe80::1%25eth0]:8/", ("http", "fe80::1%eth0", 8, False), "/ [fe80::1]:8"),
        ("http://m\u00fcnchen.example/", ("http", "xn--mnchen-3ya.example", 80, True), None),
        ("http://i\u2764.example/", ("http", "xn--i-7iq.example", 80, True), None),
        ("http://h/\u00fc %zz%2f", ("http", "h", 80, True), "/%C3%BC%20%zz%2f h"),
    ],
)
def test_url_is_taken_apart(
    url: str, origin: tuple[str, str, int, bool], head: str | None
) -> None:
    target = target_of(url)

    assert target.origin == origin
    if head is not None:
        path, host = head.split(" ")
        assert target.head == f"POST {path} HTTP/1.1\r\nhost: {host}"


def test_credentials_are_sent_unless_the_caller_has_some() -> None:
    target = target_of("http://me%40home:s%3Acret@h/")

    assert b"\r\nauthorization: Basic bWVAaG9tZTpzOmNyZXQ=\r\n" in written(target, {}, b"")
    with_own = written(target, {"Authorization": "Bearer x"}, b"")
    assert with_own.lower().count(b"authorization:") == 1


names = st.text("abXY-_.%!", min_size=1, max_size=20) | st.sampled_from(
    ["Host", "TE", "Upgrade", "Content-Length", "Transfer-Encoding", "Trailer", "Keep-Alive"]
)


@given(names, st.text(max_size=20))
def test_header_that_an_endpoint_may_have_can_be_sent_and_is_one_line(
    name: str, value: str
) -> None:
    target = target_of("http://h/")
    if header_problem(name, value, ()) is None:
        assert f"\r\n{name}: {value}\r\n".encode() in written(target, {name: value}, b"")


@given(st.dictionaries(st.text(max_size=9), st.text(max_size=20), max_size=5), st.binary())
def test_whatever_the_headers_they_are_refused_or_stay_headers(
    headers: dict[str, str], body: bytes
) -> None:
    try:
        message = written(target_of("http://h/"), headers, body)
    except Unsendable:
        return
    head, _, rest = message.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert rest == body
    assert len(lines) == 2 + len(headers) + ("user-agent" not in map(str.lower, headers)) + 1
    assert head.count(b"\r") == head.count(b"\n") == len(lines) - 1


@pytest.mark.parametrize(
    "url",
    [
        *("", "h", "//h/", "ftp://h/", "http:/h/", "http:///", "http://:80/", "http://@/"),
        *("http://h:0/", "http://h:65536/", "http://h:-1/", "http://h:8a/", "http://h:80:80/"),
        *("http://a@b@c/", "http://a..b/", "http://.a/", "http://a b/", "http://a\\b/"),
        *("http://a%2eb/", "http://[::1/", "http://::1/", "http://[1.2.3.4]/", "http://[h]/"),
        *("http://127.1/", "http://0x7f000001/", "http://2130706433/", "http://0177.0.0.1/"),
        *("http://h/\r\nx", "http://h/\0", "http://h\n/", " http://h/", "http://h/\x7f"),
        *(f"http://{'a' * 64}/", f"http://{'a.' * 128}a/", "http://\ud800/", "http://\u2024/"),
    ],
)
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(Unsendable):
        target_of(url)


hosts = (
    st.sampled_from(["h", "a.b", "192.0.2.1", "[::1]", "xn--mnchen-3ya.de"])
    | st.text(max_size=9)
    | st.builds("[{}]{}".format, st.text("0123:.%fv", max_size=9), st.text("0a:.]", max_size=2))
    | st.from_regex(r"(0x)?[0-9]{1,9}(\.[0-9]{1,3}){0,3}\.?", fullmatch=True)
)
urls = st.builds(
    "{}://{}{}{}{}".format,
    st.sampled_from(["http", "https", "HTTP", "ftp"]),
    hosts,
    st.sampled_from(["", ":1", ":80", ":x", ":", ":000080", "0"]),
    st.sampled_from(["/", "?", "#"]),
    st.text(max_size=20),
)


@given(urls)
def test_whatever_the_url_it_is_refused_or_makes_one_good_line(url: str) -> None:
    try:
        target = target_of(url)
    except Unsendable:
        return
    line, host = target.head.split("\r\n")
    assert target.head.isascii()
    assert target.head.replace("\r\n", "").isprintable()
    assert line.count(" ") == 2
    assert host.startswith("host: ")


@given(urls)
def test_what_is_taken_for_an_endpoint_can_be_sent_to(url: str) -> None:
    if check_webhook_url(url) is not None:
        return
    assert target_of(url).origin.host
