"""What an endpoint was promised, and whether it was kept: pure judgement, no I/O."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from telecine.simulations.clients.things import Endpoint, Video
from telecine.simulations.hearing import Webhook

#: The header with the virtual moment of an attempt.
TIME_HEADER = "telecine-time"
_NEVER = "but it never came"


@dataclass(frozen=True)
class Promise:
    """Which endpoint is told what of which video, each in how many requests.

    `delays`: the least virtual seconds before each request but the first.
    """

    endpoint: Endpoint
    told: Sequence[tuple[Video, str]]
    delays: Sequence[int] = ()

    @property
    def attempts(self) -> int:
        """How many requests each webhook takes until it is answered 200."""
        return 1 + len(self.delays)

    def heard(self, webhooks: Sequence[Webhook], attempts: int) -> bool:
        """Whether every webhook has come, and so often."""
        often = [each for each in webhooks if len(each.requests) >= attempts]
        return len(often) >= len(self.told)


@dataclass(frozen=True)
class Evidence:
    """What came in, what the judges say of it, and what the house has on record.

    `forgeries`: what is wrong with a request, one each. `recorded`: of each delivery, by its id,
    its state.
    """

    webhooks: Sequence[Webhook]
    forgeries: Sequence[str]
    recorded: dict[str, str]


def problems(promise: Promise, evidence: Evidence) -> list[str]:
    """Answer everything that is missing or wrong, in sentences."""
    return [
        *_wrong_contents(promise, evidence.webhooks),
        *(text for each in evidence.webhooks for text in _wrong_attempts(promise, each)),
        *(f"a request is not proven: {each}" for each in evidence.forgeries),
        *_wrong_records(evidence),
    ]


def _wrong_contents(promise: Promise, webhooks: Sequence[Webhook]) -> list[str]:
    due = Counter((video.id, says) for video, says in promise.told)
    came = Counter((each.notice.video_id, each.notice.says) for each in webhooks)
    titles = {video.id: video.title for video, _ in promise.told}
    missing = [f"never told: {titles[video]!r} {says}" for video, says in (due - came).elements()]
    more = (came - due).elements()
    return missing + [
        f"told what was not due: {titles.get(video, video)!r} {says}" for video, says in more
    ]


def _wrong_attempts(promise: Promise, webhook: Webhook) -> list[str]:
    name = f"webhook {webhook.id} ({webhook.notice.says})"
    count = len(webhook.requests)
    if count != promise.attempts:
        return [f"{name} came {count} times instead of {promise.attempts}"]
    if len({each.body for each in webhook.requests}) > 1:
        return [f"{name} has not the same body each time"]
    return [
        f"{name} was repeated after {gap.total_seconds():g} s instead of {delay} s"
        for gap, delay in zip(gaps(webhook), promise.delays, strict=True)
        if gap < timedelta(seconds=delay)
    ]


def _wrong_records(evidence: Evidence) -> list[str]:
    came, recorded = {each.id for each in evidence.webhooks}, evidence.recorded
    lost = sorted(recorded.keys() - came)
    return [
        *(
            f"the house records delivery {each} as {recorded.get(each, 'nothing')}"
            for each in sorted(came)
            if recorded.get(each) != "succeeded"
        ),
        *(f"the house records delivery {each} as {recorded[each]}, {_NEVER}" for each in lost),
    ]


def gaps(webhook: Webhook) -> list[timedelta]:
    """Answer the virtual time between a webhook's requests."""
    moments = [datetime.fromisoformat(each.headers[TIME_HEADER]) for each in webhook.requests]
    return [later - earlier for earlier, later in pairwise(moments)]
