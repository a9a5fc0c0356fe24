"""The platform's name: what its endpoints, its videos and its pack are known by."""

NAME = "tpstreams"
