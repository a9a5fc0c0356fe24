"""The end of the demo: what each receiver got, and whether that is what it was promised."""

import asyncio
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from telecine.simulations.clients.customer import Customer
from telecine.simulations.clients.things import Endpoint
from telecine.simulations.demo.promises import Evidence, Promise, gaps, problems
from telecine.simulations.hearing import Hearing, Webhook
from telecine.simulations.receiver import Receiver
from telecine.simulations.signatures import forgery

_POLL = 0.05


@dataclass(frozen=True)
class Verdict:
    """Of one endpoint: what it got, in lines, and what is missing or wrong."""

    lines: list[str]
    problems: list[str]


async def judge(
    promise: Promise,
    customer: Customer,
    receiver: Receiver,
    videos: Collection[str],
    patience: float,
) -> Verdict:
    """Look at everything that came to an endpoint, and hold it against its promise.

    `patience`: wall seconds that the house may take to write down the last answers.
    """
    endpoint = promise.endpoint
    webhooks = Hearing(receiver, endpoint).webhooks(videos)
    secret = await customer.control.secret_of(endpoint)
    requests = [request for webhook in webhooks for request in webhook.requests]
    judged = [forgery(request, endpoint, secret) for request in requests]
    evidence = Evidence(
        webhooks=webhooks,
        forgeries=[each for each in judged if each],
        recorded=await _recorded(customer, endpoint, patience),
    )
    return Verdict(lines(promise, evidence), problems(promise, evidence))


async def _recorded(customer: Customer, endpoint: Endpoint, patience: float) -> dict[str, str]:
    """Answer the states of the deliveries, once none waits any more or patience is at its end."""
    end = time.monotonic() + patience
    while True:
        found = await customer.control.deliveries(endpoint_id=endpoint.id)
        states = {each["id"]: each["state"] for each in found}
        if "postponed" not in states.values() or time.monotonic() > end:
            return states
        await asyncio.sleep(_POLL)


def lines(promise: Promise, evidence: Evidence) -> list[str]:
    """Answer what an endpoint got: types, attempts, signatures."""
    webhooks = evidence.webhooks
    said = Counter(each.notice.says for each in webhooks)
    requests = sum(len(each.requests) for each in webhooks)
    good = requests - len(evidence.forgeries)
    proof = "signatures and tokens" if promise.endpoint.token else "signatures"
    return [
        f"{promise.endpoint.path}  {promise.endpoint.platform}, endpoint {promise.endpoint.id}",
        f"    {', '.join(f'{count} {says}' for says, count in said.items()) or 'nothing'}",
        f"    {len(webhooks)} webhooks in {requests} attempts, {good} good {proof}",
        *(f"    {_retries(each)}" for each in webhooks if len(each.requests) > 1),
    ]


def _retries(webhook: Webhook) -> str:
    waits = ", then ".join(_words(gap) for gap in gaps(webhook))
    return f"{webhook.notice.says}: retried after {waits} (virtual)"


def _words(gap: timedelta) -> str:
    minutes, seconds = divmod(gap.total_seconds(), 60)
    return f"{minutes:.0f} min {seconds:.0f} s" if minutes else f"{seconds:.1f} s"
