"""The kinds of aggregate that have a log: video and endpoint."""

from typing import Annotated, get_args

from pydantic import Field, TypeAdapter

from telecine.shared import endpoint, video
from telecine.shared.endpoint import Endpoint
from telecine.shared.envelope import Kind
from telecine.shared.events.endpoint import EndpointFact
from telecine.shared.events.video import VideoFact
from telecine.shared.video import Video

VIDEO: Kind[Video, VideoFact] = Kind(
    name="video",
    stream="VIDEOS",
    initial=video.INITIAL,
    evolve=video.evolve,
    facts={fact.type: fact for fact in get_args(VideoFact)},
    state=TypeAdapter(Annotated[Video, Field(discriminator="kind")]),
    state_version=video.STATE_VERSION,
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
