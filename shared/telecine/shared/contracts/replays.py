"""What may be asked to have webhooks sent again: of a range of time, as work that goes on by itself."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from telecine.shared.contracts import PAGE, Command, Request
from telecine.shared.contracts.endpoint_settings import Types
from telecine.shared.events import Wire

#: recover: what was owed and ended without success; replay: every event, as if it happened now.
ReplayKind = Literal["recover", "replay"]
ReplayState = Literal["running", "done", "cancelled"]


class Replay(Wire):
    """One such work. Times are virtual; `types` empty: all that the endpoint wants.

    `found` deliveries have been looked out so far, `requested` of them asked for, `done` of these not
    waiting any more. `position`: how far it has read. `why` a cancelled one was.
    """

    id: str
    endpoint_id: str
    kind: ReplayKind
    state: ReplayState
    since: datetime
    until: datetime
    types: tuple[str, ...]
    found: int
    requested: int
    done: int
    position: str
    why: str | None
    created_at: datetime
    updated_at: datetime


class ReplayAnswer(Wire):
    replay: Replay


class ReplayPage(Wire):
    """Newest first; `cursor` continues behind the last one, empty at the end."""

    replays: list[Replay]
    cursor: str | None


class StartReplay(Command[ReplayAnswer]):
    """Begin one. The same `request_key` answers the same one.

    `until` None or not yet: until now. `types` None: all that the endpoint wants.
    """

    service: ClassVar[str] = "subscriptions"
    name: ClassVar[str] = "replay.start"
    reply: ClassVar[type[Any]] = ReplayAnswer
    request_key: str
    endpoint_id: str
    kind: ReplayKind
    since: datetime
    until: datetime | None = None
    types: Types | None = None


class CancelReplay(Command[ReplayAnswer]):
    """Ask for no more; what was asked for already is sent."""

    service: ClassVar[str] = "subscriptions"
    name: ClassVar[str] = "replay.cancel"
    reply: ClassVar[type[Any]] = ReplayAnswer
    replay_id: str


class GetReplay(Request[ReplayAnswer]):
    service: ClassVar[str] = "subscriptions"
    name: ClassVar[str] = "replay.get"
    reply: ClassVar[type[Any]] = ReplayAnswer
    org: str
    replay_id: str


class ListReplays(Request[ReplayPage]):
    service: ClassVar[str] = "subscriptions"
    name: ClassVar[str] = "replay.list"
    reply: ClassVar[type[Any]] = ReplayPage
    org: str
    endpoint_id: str | None = None
    cursor: str | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE)] = PAGE
