"""`python -m tools.bench [--only PREFIX]`: one line per figure on stdout, `name = value unit`; progress on stderr.

Exit code 1 when a figure could not be measured (stderr says why), 2 when no figure has such a name.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from deployments.stack import CANNOT_START
from deployments.until_stopped import run_until_stopped
from outbound.transport import CallFailed
from tools.bench.figures import UNITS, NotMeasured, chosen
from tools.bench.programme import Part, parts_for
from tools.bench.scene import Scene, scene

WHOLE_SECONDS = 3300.0
"""After this nothing more is measured; to start and to stop everything comes on top."""

FAILURES = (
    NotMeasured,
    *CANNOT_START,
    SQLAlchemyError,
    CallFailed,
    OSError,  # TimeoutError is one
    EOFError,  # a connection that was cut
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--only", default="", help="the first part of the figures' names")
    parser.add_argument("--idle-minutes", type=float, default=15.0, help="how long bench.idle waits")
    wanted = parser.parse_args()
    names = chosen(wanted.only)
    if not names:
        print(f"bench: no figure has such a name; there are {', '.join(UNITS)}", file=sys.stderr)
        return 2
    folder = Path(tempfile.mkdtemp(prefix="cl-bench-"))
    folder.chmod(0o755)  # started by root, PostgreSQL is another user
    return run_until_stopped(_run(names, folder, wanted.idle_minutes, _teller()))


def _teller() -> Callable[[str], None]:
    began = time.monotonic()
    return lambda what: print(f"{time.monotonic() - began:6.1f} s  {what}", file=sys.stderr, flush=True)


async def _run(names: list[str], folder: Path, idle_minutes: float, tell: Callable[[str], None]) -> int:
    missing: list[str] = []
    try:
        async with scene(folder, tell, idle_minutes) as ready:
            ends = asyncio.get_running_loop().time() + WHOLE_SECONDS
            for part in parts_for(names):
                missing += await _measure(part, ready, names, ends)
    except FAILURES as error:
        tell(f"nothing more can be measured: {error}")
        missing = names
    if missing:
        tell(f"not measured: {', '.join(missing)}; logs are in {folder}/logs")
        return 1
    shutil.rmtree(folder)
    return 0


async def _measure(part: Part, ready: Scene, names: list[str], ends: float) -> list[str]:
    """The wanted figures of the part that did not come; at `ends`, by the loop's clock, the whole has to be over."""
    ends = min(ends, asyncio.get_running_loop().time() + part.seconds)
    missing = [name for name in part.names if name in names]
    try:
        async with asyncio.timeout_at(ends):
            async for figure in part.measure(ready):
                if figure.name in missing:
                    print(figure, flush=True)
                    missing.remove(figure.name)
    except TimeoutError:
        ready.tell(
            f"{', '.join(part.names)}: not done in time ({part.seconds:.0f} s, all {WHOLE_SECONDS:.0f} s)"
        )
    except FAILURES as error:
        ready.tell(f"{', '.join(part.names)}: {type(error).__name__}: {error}")
    return missing


if __name__ == "__main__":
    raise SystemExit(main())
