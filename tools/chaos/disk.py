"""A small file system of a campaign's own, so that it can be full without filling the machine's disk."""

import asyncio
import errno
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

MEGABYTES = 1024
FILL_AGAIN_SECONDS = 0.5
"""What somebody gives back meanwhile, such as a log that PostgreSQL recycles, is taken as well."""


@dataclass(frozen=True)
class SmallDisk:
    """A mounted folder."""

    folder: Path

    @asynccontextmanager
    async def full(self) -> AsyncIterator[None]:
        """Not a byte is left within the block; then there is room again."""
        path = self.folder / "filler"
        with path.open("wb", buffering=0) as file:
            path.unlink()  # its room is given back when it is closed, however that comes
            filling = asyncio.create_task(_keep_full(file))
            await asyncio.sleep(0)
            try:
                yield
            finally:
                filling.cancel()


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk | None]:
    """Mounted on the folder for the length of the block; None where this machine does not let us, as only root may."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}M,mode=755", "crosschq-chaos", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:  # noqa: S603 - fixed words
        yield None
        return
    try:
        yield SmallDisk(folder)
    finally:
        # Lazily: a process that was killed a moment ago may still have a file open.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607 - as above


async def _keep_full(file: FileIO) -> None:
    # Not in a thread, which could outlive the file: a gigabyte of memory takes half a second.
    while True:
        for size in (1 << 20, 1 << 12):
            _fill(file, size)
        await asyncio.sleep(FILL_AGAIN_SECONDS)


def _fill(file: FileIO, size: int) -> None:
    try:
        while file.write(bytes(size)) == size:
            pass
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
