"""A receiver's URL is taken or refused with a sentence that says what to do."""

import pytest

from telecine.platforms.urls import MAX_URL, check_webhook_url


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8888/webhook",
        "https://example.com",
        "HTTPS://EXAMPLE.COM/Hook?a=b&c=%20#part",
        "http://127.0.0.1:65535/",
        "http://[::1]:8080/hook",
        "http://[::1]",
        "http://[fe80::1%25eth0]/",
        "http://my_service.internal./hook",
        "http://münchen.example/straße",
        "http://example.com/path/with@sign",
    ],
)
def test_good_url_is_taken(url: str) -> None:
    assert check_webhook_url(url) is None


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "is empty"),
        ("ftp://example.com/file", "http:// or https://"),
        ("file:///etc/passwd", "http:// or https://"),
        ("javascript:alert(1)", "http:// or https://"),
        ("localhost:8888/webhook", "http:// or https://"),
        ("example.com", "http:// or https://"),
        ("//example.com/hook", "http:// or https://"),
        ("http:example.com", "no host"),
        ("http://", "no host"),
        ("https:///path", "no host"),
        ("http://:8080/", "no host"),
        ("http://user:secret@example.com/", "user name or password"),
        ("http://user@example.com/", "user name or password"),
        ("http://@example.com/", "user name or password"),
        ("http://example.com/a b", "a space"),
        (" http://example.com/", "a space"),
        ("http://example.com/\n", "control character"),
        ("http://exa\tmple.com/", "control character"),
        ("http://example.com/\x00", "control character"),
        ("http://example.com/\x7f", "control character"),
        ("http://example.com/\u2028", "control character"),
        ("http://example.com/\ud800", "control character"),
        ("http://example.com\\@evil.example/", "percent-encode"),
        ("http://example.com:0/", "port 0"),
        ("http://example.com:65536/", "Port out of range"),
        ("http://example.com:eighty/", "Port could not be cast"),
        ("http://[::1/", "is not a URL"),
        ("http://[not-an-ip]/", "is not a URL"),
        ("http://[::1]0", "is not a URL"),
        ("http://[::1]0:80/", "is not a URL"),
        ("http://a[::1]/", "is not a URL"),
        ("http://example.com:000080/", "is not a URL"),
        ("http://[::1%25]/", "a host that cannot exist"),
        ("http://[v1.a]/", "a host that cannot exist"),
        ("http://127.1/", "write the address 127.1 as 192.0.2.1"),
        ("http://0x7f000001/", "write the address"),
        (f"http://{'a.' * 128}a/", "a host that cannot exist"),
        ("http://a..b/", "a host that cannot exist"),
        (f"http://{'a' * 64}.example/", "a host that cannot exist"),
        ("http://exa$mple.com/", "a host that cannot exist"),
    ],
)
def test_bad_url_is_refused_with_what_to_do(url: str, said: str) -> None:
    # when
    problem = check_webhook_url(url)

    # then
    assert problem is not None
    assert said in problem
    assert "; " in problem, "after the problem comes what to do"


def test_the_longest_url_is_taken_and_one_more_character_is_not() -> None:
    # given
    start = "http://example.com/"
    longest = start + "a" * (MAX_URL - len(start))

    # then
    assert check_webhook_url(longest) is None
    assert check_webhook_url(f"{longest}a") == "has 2049 characters; shorten it to 2048"


def test_a_refusal_never_repeats_a_password() -> None:
    problem = check_webhook_url("http://user:hunter2@example.com/")

    assert problem is not None
    assert "hunter2" not in problem
