"""How many files a process may have open: each connection is one, and many systems begin with 1,024."""

import sys
from contextlib import suppress

if sys.platform != "win32":
    import resource


def allow_all() -> None:
    """Let this process open as many files as the system's hard limit says, if it has limits at all."""
    if sys.platform == "win32":
        return
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with suppress(ValueError, OSError):  # macOS says "unlimited", and takes no such number
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
