"""The ledger: three sides of one run, held against each other. Pure; no problem: all is accounted for."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import pairwise

#: Wall time until an attempt is on record or never will be, from its request's end on.
RECORDING = timedelta(seconds=1)
#: Wall time that a request may come behind a strike: sent before it and read behind it, or because of it.
LATE = timedelta(seconds=1)
#: Wall time from a last look at the record until what was not there is sent.
LOOKED = timedelta(seconds=0.1)
ENDED = {"succeeded", "exhausted", "discarded"}


@dataclass(frozen=True)
class Owed:
    """What the log says must be sent: this event to this endpoint."""

    endpoint_id: str
    event_id: str


@dataclass(frozen=True)
class Delivery:
    """What is on record of a delivery."""

    id: str
    endpoint_id: str
    event_id: str
    video_id: str
    position: int
    state: str
    next: int


@dataclass(frozen=True)
class Attempt:
    """What is on record of an attempt; `started_at` is virtual, `began` and `known` are of the wall: when
    it was begun, and when it was seen to be on record."""

    delivery_id: str
    number: int
    trigger: str
    started_at: datetime
    status: int | None
    error: str | None
    next_at: datetime | None
    began: datetime
    known: datetime


@dataclass(frozen=True)
class Seen:
    """A request as its receiver saw it. `told` is the virtual moment that it carried, `answered` the
    status that was sent back; None: the receiver hung, or broke the connection. `ended`: when it had
    answered, or the connection was cut off."""

    delivery_id: str
    endpoint_id: str
    at: datetime
    ended: datetime
    told: datetime
    answered: int | None
    broke: bool = False


@dataclass(frozen=True)
class Kill:
    """When (wall) something was ended, or got an exception, in the middle of its work.

    `most`: how many attempts that cut off at most; None: whatever was under way. `returns`: what was under
    way goes on, and its messages come again beside it, as those of a killed NATS do.
    """

    what: str
    began: datetime
    ended: datetime
    most: int | None = None
    returns: bool = False

    def meets(self, began: datetime, ended: datetime) -> bool:
        """Whether it struck while something was under way, or that began right behind it."""
        return self.began <= ended and began <= self.ended + LATE


@dataclass
class Account:
    """Everything about one run, as its three sides tell it."""

    owed: set[Owed]
    deliveries: list[Delivery]
    attempts: list[Attempt]
    seen: list[Seen]
    kills: list[Kill]
    ordering: dict[str, str] = field(default_factory=dict)  # by endpoint: video, endpoint
    crowded: set[str] = field(
        default_factory=set
    )  # endpoints with a timer for more than one delivery

    @property
    def duplicates(self) -> list[Seen]:
        """Requests beyond one for each attempt on record: of each attempt, the earlier ones."""
        recorded = Counter((each.delivery_id, each.started_at) for each in self.attempts)
        seen: dict[tuple[str, datetime], list[Seen]] = defaultdict(list)
        for each in sorted(self.seen, key=lambda each: each.at):
            seen[each.delivery_id, each.told].append(each)
        return [
            one
            for key, requests in seen.items()
            for one in requests[: len(requests) - recorded[key]]
        ]

    @property
    def repeats(self) -> list[tuple[Attempt, Attempt]]:
        """Attempts on record of whose delivery and number an earlier one is, each behind that one."""
        both: dict[tuple[str, int], list[Attempt]] = defaultdict(list)
        for each in sorted(self.attempts, key=lambda each: each.began):
            both[each.delivery_id, each.number].append(each)
        return [(one, again) for one, *others in both.values() for again in others]

    @property
    def missing(self) -> set[Owed]:
        return self.owed - {Owed(each.endpoint_id, each.event_id) for each in self.deliveries}


def problems(account: Account) -> list[str]:
    """Answer all that does not fit together."""
    return [
        *(f"owed and not on record: {each}" for each in account.missing),
        *(f"more than one timer for what is parked at: {each}" for each in account.crowded),
        *_deliveries(account),
        *_chains(account),
        *_claims(account),
        *_duplicates(account),
        *_repeats(account),
        *_order(account),
    ]


def _deliveries(account: Account) -> Iterator[str]:
    """Each delivery is owed, is there once, and has ended."""
    count = Counter(Owed(each.endpoint_id, each.event_id) for each in account.deliveries)
    for owed, times in count.items():
        if times > 1:
            yield f"on record {times} times: {owed}"
        if owed not in account.owed:
            yield f"on record and not owed: {owed}"
    for each in account.deliveries:
        if each.state not in ENDED:
            yield f"not ended: {each}"


def _chains(account: Account) -> Iterator[str]:
    """Attempts are numbered without gap or fork, none is early, and the last one is the delivery's end."""
    chains = _by_delivery(each for each in account.attempts if each.trigger != "repeat")
    for delivery in account.deliveries:
        chain = sorted(chains.pop(delivery.id, []), key=lambda each: each.number)
        numbers = [each.number for each in chain]
        whole = list(range(1, delivery.next))
        if delivery.state != "discarded" and numbers != whole:
            yield f"attempts {numbers} of a delivery whose next is {delivery.next}: {delivery.id}"
        for before, after in pairwise(chain):
            if before.error is None:
                yield f"an attempt behind a success: {after}"
            # Behind a 410 it waits for its endpoint to be switched on, whenever that is.
            waits = before.next_at is None and before.status == HTTPStatus.GONE
            if not waits and (before.next_at is None or after.started_at < before.next_at):
                yield f"an attempt before its time: {after}"
        if delivery.state == "succeeded" and (not chain or chain[-1].error is not None):
            yield f"succeeded without a success: {delivery}"
        if delivery.state == "exhausted" and (not chain or chain[-1].error is None):
            yield f"exhausted behind a success: {delivery}"
    for unknown in chains:
        yield f"attempts of a delivery that is not on record: {unknown}"


def _claims(account: Account) -> Iterator[str]:
    """An attempt that says it was answered was answered so."""
    answers = Counter((each.delivery_id, each.told, each.answered) for each in account.seen)
    for each in account.attempts:
        if each.status is None:
            continue
        key = (each.delivery_id, each.started_at, each.status)
        answers[key] -= 1
        if answers[key] < 0:
            yield f"answered on record, and no receiver saw it: {each}"


def _duplicates(account: Account) -> Iterator[str]:
    """A request that is not on record was cut off by a kill, or was the first half of one that the sender
    made anew because it had found its kept connection broken."""
    left = {kill: kill.most for kill in account.kills}
    for each in account.duplicates:
        if _made_anew(each, account.seen):
            continue
        over = each.ended + RECORDING
        killers = [kill for kill in account.kills if kill.meets(each.at, over) and left[kill] != 0]
        if not killers:
            yield f"a request that nothing explains: {each}"
            continue
        # One that may explain any number explains this one, so that the others stay for the rest.
        killer = min(killers, key=lambda kill: (kill.most is not None, kill.ended))
        most = left[killer]
        left[killer] = None if most is None else most - 1


def _made_anew(one: Seen, seen: Sequence[Seen]) -> bool:
    return one.broke and any(
        each.delivery_id == one.delivery_id
        and each.told == one.told
        and one.at < each.at <= one.ended + LATE
        for each in seen
    )


def _repeats(account: Account) -> Iterator[str]:
    """An attempt that is on record twice was under way, and not on record, when its message came again,
    and when it was made again: what is on record is not sent once more, whatever was killed.
    """
    returning = [kill for kill in account.kills if kill.returns]
    for one, again in account.repeats:
        if again.began > one.known + LOOKED:
            yield f"made again though it was on record: {again} after {one}"
        if not any(kill.meets(one.began, one.known) for kill in returning):
            yield f"made again, which nothing explains: {again} after {one}"


def _order(account: Account) -> Iterator[str]:
    """Where order is kept, nothing of the next delivery is sent before everything of this one."""
    requests: dict[str, list[Seen]] = defaultdict(list)
    for each in account.seen:
        requests[each.delivery_id].append(each)
    lanes: dict[tuple[str, str], list[Delivery]] = defaultdict(list)
    for delivery in sorted(account.deliveries, key=lambda each: each.position):
        match account.ordering.get(delivery.endpoint_id):
            case "video":
                lanes[delivery.endpoint_id, delivery.video_id].append(delivery)
            case "endpoint":
                lanes[delivery.endpoint_id, ""].append(delivery)
    for lane in lanes.values():
        for before, after in pairwise(each for each in lane if requests[each.id]):
            last = max(each.at for each in requests[before.id])
            first = min(each.at for each in requests[after.id])
            if first < last:
                seen = [*requests[before.id], *requests[after.id]]
                told = "\n  ".join(str(each) for each in sorted(seen, key=lambda each: each.at))
                yield f"sent before its predecessor had ended: {after} behind {before}\n  {told}"


def _by_delivery(attempts: Iterable[Attempt]) -> dict[str, list[Attempt]]:
    found: dict[str, list[Attempt]] = defaultdict(list)
    for each in attempts:
        found[each.delivery_id].append(each)
    return dict(found)
