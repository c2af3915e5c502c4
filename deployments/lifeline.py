"""Ties a child process's life to its parent's where the kernel can (Linux); elsewhere only the guardian does.

A child is started as this script, which asks the kernel for a signal at its parent's end, becomes the wanted user and
then becomes the wanted program. (Popen's `preexec_fn` would do it too, but may hang where the parent has threads.)
"""

import ctypes
import os
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1


def tied(argv: Sequence[str], sign: int, user: tuple[int, int] | None = None) -> list[str]:
    """The command line that runs `argv`, as a user id with a group id, to get `sign` when the starting thread ends."""
    who = map(str, user or ("", ""))
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), str(int(sign)), *who, *argv]


def main(parent: str, sign: str, uid: str, gid: str, *argv: str) -> None:
    """Becomes `argv`, unless the parent is gone already."""
    if uid:
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    if sys.platform == "linux":  # prctl(2): lost at a change of user, hence after it
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(sign), 0, 0, 0)
    if os.getppid() == int(parent):
        os.execv(argv[0], argv)  # noqa: S606 - that is the purpose


if __name__ == "__main__":
    main(*sys.argv[1:])
