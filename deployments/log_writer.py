"""Copy the output of the stack's processes into rotated files: `python -m deployments.log_writer`, its own process.

On its own so that a process of the stack never waits for a full pipe, nor writes into a closed one, while the
supervisor is stopped (Ctrl-Z) or killed. It ends when the last of them has closed its output.
"""

import os
import signal
import socket
import sys
import threading
from pathlib import Path

from deployments.log_files import LogFolder, LogLimits

NAME_BYTES = 64
"""Of one message on the control socket: a process's name, beside one or two descriptors (see log_pipes)."""
CHUNK_BYTES = 65536
TIDY_SECONDS = 3600.0


def main(folder: str, max_bytes: str, files: str, retention: str) -> None:
    """Until the control socket (stdin) and all outputs are closed, whatever signals reach the terminal."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)
    limits = LogLimits(int(max_bytes), int(files), float(retention))
    logs = LogFolder(Path(folder), limits)
    with socket.socket(fileno=sys.stdin.fileno()) as control:
        control.settimeout(TIDY_SECONDS)
        while True:
            logs.tidy()
            try:
                name, ends, *_ = socket.recv_fds(control, NAME_BYTES, 2)
            except TimeoutError:
                continue
            if not name:
                return
            threading.Thread(target=_copy, args=(logs, name.rstrip(b"\0").decode(), ends, limits)).start()


def _copy(logs: LogFolder, name: str, ends: list[int], limits: LogLimits) -> None:
    file = logs.file(name)
    while chunk := os.read(ends[0], min(CHUNK_BYTES, limits.max_bytes)):
        file.write(chunk)
    for end in ends:
        os.close(end)


if __name__ == "__main__":
    main(*sys.argv[1:])
