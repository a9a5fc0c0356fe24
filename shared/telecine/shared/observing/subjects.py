"""What a subject speaks of, without whose it is: few names, good for counting and for spans."""

#: Subjects that are a name from start to end; of all others the first two tokens are.
_NAMED = "rpc."


def kind_of(subject: str) -> str:
    """Answer `video.uploaded`, `delivery.requested`, `timer.transcoder`, `rpc.ingest.video.get` …"""
    if subject.startswith(_NAMED):
        return subject
    return ".".join(subject.split(".", 2)[:2])
