"""The kinds of aggregate that have a log: video, folder, live stream, transcoding job and endpoint."""

from typing import Annotated, get_args

from pydantic import Field, TypeAdapter

from telecine.shared.aggregates import endpoint, folder, job, live, video
from telecine.shared.aggregates.endpoint import Endpoint
from telecine.shared.aggregates.folder import Folder
from telecine.shared.aggregates.job import Job
from telecine.shared.aggregates.live import Live
from telecine.shared.aggregates.video import Video
from telecine.shared.events.endpoint import EndpointFact
from telecine.shared.events.folder import FolderFact
from telecine.shared.events.job import JobFact
from telecine.shared.events.live import LiveFact
from telecine.shared.events.video import VideoFact
from telecine.shared.log.envelope import Kind

VIDEO: Kind[Video, VideoFact] = Kind(
    name="video",
    stream="VIDEOS",
    initial=video.INITIAL,
    evolve=video.evolve,
    facts={fact.type: fact for fact in get_args(VideoFact)},
    state=TypeAdapter(Annotated[Video, Field(discriminator="kind")]),
    state_version=video.STATE_VERSION,
)

LIVE: Kind[Live, LiveFact] = Kind(
    name="live",
    stream="LIVES",
    initial=live.INITIAL,
    evolve=live.evolve,
    facts={fact.type: fact for fact in get_args(LiveFact)},
    state=TypeAdapter(Annotated[Live, Field(discriminator="kind")]),
    state_version=live.STATE_VERSION,
)

JOB: Kind[Job, JobFact] = Kind(
    name="job",
    stream="JOBS",
    initial=job.INITIAL,
    evolve=job.evolve,
    facts={fact.type: fact for fact in get_args(JobFact)},
    state=TypeAdapter(Annotated[Job, Field(discriminator="kind")]),
    state_version=job.STATE_VERSION,
)

FOLDER: Kind[Folder, FolderFact] = Kind(
    name="folder",
    stream="FOLDERS",
    initial=folder.INITIAL,
    evolve=folder.evolve,
    facts={fact.type: fact for fact in get_args(FolderFact)},
    state=TypeAdapter(Annotated[Folder, Field(discriminator="kind")]),
    state_version=folder.STATE_VERSION,
)

ENDPOINT: Kind[Endpoint, EndpointFact] = Kind(
    name="endpoint",
    stream="ENDPOINTS",
    initial=endpoint.INITIAL,
    evolve=endpoint.evolve,
    facts={fact.type: fact for fact in get_args(EndpointFact)},
    state=TypeAdapter(Annotated[Endpoint, Field(discriminator="kind")]),
    state_version=endpoint.STATE_VERSION,
)
