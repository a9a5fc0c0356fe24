"""What an endpoint is held against before it is kept. Raises Refusal, with the field."""

from collections.abc import Mapping, Sequence

from telecine.platforms import packs
from telecine.platforms.pack import Pack
from telecine.platforms.urls import check_webhook_url
from telecine.shared.aggregates.endpoint import Absent, Deleted, Endpoint, Living
from telecine.shared.aggregates.endpoint_rules import headers_problem
from telecine.shared.aggregates.event_types import problem
from telecine.shared.errors import Refusal
from telecine.subscriptions.decider import NO_SUCH


def living(state: Endpoint) -> Living:
    """Answer an endpoint that is there; one that was deleted is as unknown as one that never was."""
    if isinstance(state, Absent | Deleted):
        raise Refusal("not_found", NO_SUCH.message)
    return state


def known_pack(platform: str) -> Pack:
    """Answer a platform's pack."""
    known = packs()
    if platform not in known:
        message = f"platform is not one of this house's; use {' or '.join(known)}"
        raise Refusal("invalid", message, "platform")
    return known[platform]


def check_url(url: str) -> None:
    """Hold a URL against what every platform asks of a receiver's."""
    if wrong := check_webhook_url(url):
        raise Refusal("invalid", f"url {wrong}", "url")


def check_types(types: Sequence[str], pack: Pack) -> None:
    """Hold a list of types against those that there are for an endpoint of this platform."""
    if wrong := problem(types, pack.types):
        raise Refusal("invalid", f"types {wrong}", "types")


def check_headers(headers: Mapping[str, str | None], pack: Pack) -> None:
    """Hold custom headers against those that are reserved."""
    if wrong := headers_problem(headers, pack.secret_headers):
        raise Refusal("invalid", f"settings.headers {wrong}", "settings.headers")
