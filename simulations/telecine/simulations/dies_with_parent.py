"""A script that becomes another program, which the kernel kills as soon as its parent is gone.

    python -I -S dies_with_parent.py <pid of the parent> <program> <argument>…

Linux only. It is a program of its own and not a `preexec_fn`, because that runs Python between
fork and exec: in a house with threads it can deadlock, and Python 3.12 warns of it.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:
        sys.exit("the parent was gone before the kernel knew that we belong to it")
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted: this process is replaced


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
