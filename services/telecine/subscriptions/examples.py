"""An example of a webhook: rendered as the real ones are, from the life of something made up. Pure."""

from datetime import datetime, timedelta
from typing import Any

from telecine.platforms import packs
from telecine.platforms.pack import Fidelity, Pack, Rendering
from telecine.shared.aggregates.endpoint import Profile
from telecine.shared.aggregates.endpoint_rules import REDACTED
from telecine.shared.aggregates.event_types import OPERATIONAL_TYPES, wanted
from telecine.shared.errors import Refusal
from telecine.shared.events import Stamp
from telecine.shared.ids import example_of, hex_of
from telecine.shared.log.envelope import Recorded, Trace
from telecine.shared.sending.agent import USER_AGENT
from telecine.subscriptions import operational
from telecine.subscriptions.example_lives import kind_of, life

_SECOND = timedelta(seconds=1)


def example_type(asked: str | None, profile: Profile, fidelity: Fidelity) -> str:
    """Answer the type of an example: the one asked for, else the first that the endpoint is sent.

    Raises Refusal for a type that its platform never sends.
    """
    pack = packs()[profile.platform]
    sent = [each for each in pack.types if pack.sends(each, fidelity)]
    known = (*sent, *OPERATIONAL_TYPES)
    if asked is None:
        return next((each for each in known if wanted(profile.subscription.types, each)), known[0])
    if asked not in known:
        message = f"{profile.platform} does not send {asked[:64]!r}; use one of {', '.join(known)}"
        raise Refusal("invalid", message, "type")
    return asked


def example_body(event_type: str, delivery_id: str, profile: Profile, now: datetime) -> bytes:
    """Answer the body of an example, as of a (virtual) moment."""
    if event_type in OPERATIONAL_TYPES:
        data = operational.example(event_type, profile.id, profile.subscription.url)
        return operational.body(event_type, now, data)
    fact, subject = _lived(event_type, profile, now)
    rendering = Rendering(delivery_id, fact, subject, profile)
    return packs()[profile.platform].render(rendering)


def example_headers(
    delivery_id: str, profile: Profile, now: datetime, wall: datetime
) -> dict[str, str]:
    """Answer an example's headers: as they go out, with words for what is secret or made then."""
    settings, pack = profile.subscription.settings, packs()[profile.platform]
    at = now if settings.timestamps == "virtual" else wall
    signatures = [f"{key.kind},<by key {key.id}>" for key in profile.keys_at(now)]
    return {
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "telecine-time": now.isoformat(),
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
        **_of_the_platform(pack, profile),
        **{name: REDACTED for name, _ in settings.headers},
    }


def _of_the_platform(pack: Pack, profile: Profile) -> dict[str, str]:
    key = profile.subscription.token_key
    return pack.headers(profile, {key: REDACTED} if key else {})


def _lived(event_type: str, profile: Profile, now: datetime) -> tuple[Recorded[Any, Any], Any]:
    """Fold the life of something made up; its last fact, which is told, happens now."""
    kind, facts = kind_of(event_type), life(event_type, profile.platform, now)
    state, stamp = kind.initial, Stamp(profile.org, example_of(profile.id), now)
    for left, fact in zip(range(len(facts) - 1, -1, -1), facts, strict=True):
        stamp = Stamp(stamp.org, stamp.id, now - left * _SECOND)
        state = kind.evolve(state, fact, stamp)
    event_id = hex_of(profile.id, "example", event_type, now)
    trace = Trace(event_id, event_id)
    return Recorded(event_id, facts[-1], stamp, len(facts), state, trace, 0, now), state
