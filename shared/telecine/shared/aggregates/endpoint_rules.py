"""What an endpoint's settings may be; each rule answers what is wrong and what to do, or None. Pure.

The words are sentences without a subject, so that who asks can put the field's name before them.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

#: How a value that is kept secret is shown.
REDACTED = "[redacted]"

MAX_HEADERS = 10
#: Names in one change: all there are taken away, and as many others added.
MAX_CHANGED = 2 * MAX_HEADERS
MAX_NAME = 64
MAX_VALUE = 1024
#: Attempts that a list of one's own may have, and seconds from the first to the last.
MAX_ATTEMPTS = 32
MAX_SPAN = 30 * 24 * 3600

#: RFC 9110, 5.6.2.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_PREFIXES = ("webhook-", "telecine-", "content-", "proxy-")
#: What the connection needs, what says who we are, and what would carry one house's login elsewhere.
_RESERVED = frozenset(
    {
        *("accept-encoding", "connection", "expect", "host", "keep-alive", "te", "trailer"),
        *("trailers", "transfer-encoding", "upgrade", "user-agent", "traceparent", "tracestate"),
        *("authorization", "cookie", "cookie2", "set-cookie", "set-cookie2", "www-authenticate"),
    }
)


def header_problem(name: str, value: str, platforms: Collection[str]) -> str | None:
    """Answer what is wrong with a custom header; `platforms` are the platform's own, lower case."""
    lower = name.lower()
    if not _TOKEN.fullmatch(name) or len(name) > MAX_NAME:
        return (
            f"has a name that is no HTTP token of 1 to {MAX_NAME} characters ({name[:64]!r}); "
            "use letters, digits and -"
        )
    if lower in platforms:
        return f"must not name {lower}, which the platform itself sends; use another name"
    if lower in _RESERVED or lower.startswith(_PREFIXES):
        return (
            f"must not name {lower}, which is reserved (signatures, the connection, logins); "
            "use a name of your own, such as x-my-key"
        )
    if not value or len(value) > MAX_VALUE:
        return f"has a value for {lower} of {len(value)} characters; give it 1 to {MAX_VALUE}"
    if value == REDACTED:
        return f"has {REDACTED} for {lower}, which only hides the value; leave it out to keep that"
    if not all(" " <= char <= "~" for char in value) or value != value.strip():
        return (
            f"has a value for {lower} with a control character, a line break, a space at its ends "
            "or what is not ASCII; use printable ASCII, percent-encode the rest"
        )
    return None


def headers_problem(headers: Mapping[str, str | None], platforms: Collection[str]) -> str | None:
    """Answer what is wrong with custom headers by name; None as a value takes one away."""
    if len(headers) > MAX_CHANGED:
        return f"has {len(headers)} names; give at most {MAX_HEADERS}, and as many to take away"
    counted = Counter(name.lower() for name in headers)
    twice = next((name for name, count in counted.items() if count > 1), None)
    if twice is not None:
        return f"names {twice[:64]} more than once; case makes no difference, name each once"
    sent = {name: value for name, value in headers.items() if value is not None}
    if len(sent) > MAX_HEADERS:
        return f"has {len(sent)} headers; at most {MAX_HEADERS} are sent"
    found = (header_problem(name, value, platforms) for name, value in sent.items())
    return next((each for each in found if each), None)


def schedule_problem(delays: Sequence[float]) -> str | None:
    """Answer what is wrong with a retry schedule of one's own: seconds before each attempt."""
    if not 1 <= len(delays) <= MAX_ATTEMPTS:
        return f"has {len(delays)} attempts; give the seconds before each of 1 to {MAX_ATTEMPTS}"
    wrong = next((each for each in delays if not 0 <= each <= MAX_SPAN), None)
    if wrong is not None:
        return (
            f"has a delay of {str(wrong)[:32]} seconds; use 0 or more, up to {MAX_SPAN} (30 days)"
        )
    if delays[0]:
        return f"begins with {delays[0]:g}, but the first attempt is made at once; begin with 0"
    if sum(delays) > MAX_SPAN:
        return f"takes {sum(delays):g} seconds in all; shorten it to {MAX_SPAN} (30 days)"
    return None
