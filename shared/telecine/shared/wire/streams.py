"""The streams, declared here and nowhere else; every consumer of ours binds to what this made."""

from contextlib import suppress

from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import BadRequestError, NotFoundError

DAY = 24 * 3600

#: Server error: a stream of this name exists with another configuration.
NAME_IN_USE = 10058


def _log(name: str, subjects: str) -> StreamConfig:
    """A source of truth: kept for ever, nothing can be taken out."""
    return StreamConfig(
        name=name,
        subjects=[subjects],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        deny_delete=True,
        deny_purge=True,
        allow_direct=True,
        duplicate_window=120,
    )


def _work(name: str, *subjects: str) -> StreamConfig:
    """Work that is gone once it is acknowledged."""
    return StreamConfig(
        name=name,
        subjects=list(subjects),
        retention=RetentionPolicy.WORK_QUEUE,
        storage=StorageType.FILE,
        allow_direct=True,
        duplicate_window=120,
    )


TIMERS = StreamConfig(
    name="TIMERS",
    subjects=["timer.*.*.*"],
    retention=RetentionPolicy.LIMITS,
    storage=StorageType.FILE,
    # A timer is never replaced: a second set of the same generation is refused (10077), and the
    # clock alone deletes, by sequence. See docs/decisions/0001 and DESIGN §4 for what happens else.
    max_msgs_per_subject=1,
    discard=DiscardPolicy.NEW,
    discard_new_per_subject=True,
    # A purge takes whatever has come under the subject meanwhile.
    deny_purge=True,
    allow_direct=True,
)

ATTEMPTS = StreamConfig(
    name="ATTEMPTS",
    subjects=["attempt.*.*.*"],
    retention=RetentionPolicy.LIMITS,
    storage=StorageType.FILE,
    max_age=7 * DAY,
    allow_direct=True,
    duplicate_window=120,
)

#: Who owns what: the last word under a subject counts, guarded by its sequence.
LEASES = StreamConfig(
    name="LEASES",
    subjects=["lease.*"],
    retention=RetentionPolicy.LIMITS,
    storage=StorageType.FILE,
    max_msgs_per_subject=1,
    allow_direct=True,
)

STREAMS = (
    _log("VIDEOS", "video.*.*.*"),
    _log("LIVES", "live.*.*.*"),
    _log("JOBS", "job.*.*.*"),
    _log("FOLDERS", "folder.*.*.*"),
    _log("ENDPOINTS", "endpoint.*.*.*"),
    _log("CLOCK", "clock.*"),
    TIMERS,
    _work("DUE", "due.*.>"),
    _work("DELIVERIES", "delivery.requested.*.*", "delivery.replay.*.*"),
    ATTEMPTS,
    LEASES,
)


async def bootstrap(js: JetStreamContext) -> None:
    """Make the streams that are missing; one that exists keeps its messages and gets our settings.

    Safe to run from every service at once.
    """
    for config in STREAMS:
        await ensure(js, config)


async def ensure(js: JetStreamContext, config: StreamConfig) -> None:
    """Make one stream, or give it our settings."""
    try:
        await js.stream_info(str(config.name))
    except NotFoundError:
        await _create(js, config)
    else:
        await js.update_stream(config)


async def make_anew(js: JetStreamContext) -> None:
    """Delete every stream of a run with all that is in it, and make it again, empty.

    Only once nobody works with them: a reset's own step. Leases are no run's.
    """
    for config in STREAMS:
        if config.name != LEASES.name:
            with suppress(NotFoundError):
                await js.delete_stream(str(config.name))
    await bootstrap(js)


async def _create(js: JetStreamContext, config: StreamConfig) -> None:
    try:
        await js.add_stream(config)
    except BadRequestError as error:
        if error.err_code != NAME_IN_USE:
            raise
        await js.update_stream(config)  # somebody of another version was quicker
