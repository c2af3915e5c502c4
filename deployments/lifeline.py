"""Ties a child process's life to its parent's where the kernel can (Linux); elsewhere only the guardian does.

See prctl(2), PR_SET_PDEATHSIG: it is lost on a change of user, so it is set in the child after that change.
"""

import ctypes
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(sign: signal.Signals) -> Callable[[], None] | None:
    """For Popen's `preexec_fn`: the child gets `sign` when the thread that started it ends."""
    if _libc is None:
        return None
    prctl = _libc.prctl

    def ask_kernel() -> None:
        prctl(_PR_SET_PDEATHSIG, int(sign), 0, 0, 0)

    return ask_kernel
