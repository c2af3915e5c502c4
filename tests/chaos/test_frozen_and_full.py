"""What a campaign does to processes and to a disk: for a while, and undone afterwards."""

import errno
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tools.chaos.disk import small_disk
from tools.chaos.frozen import frozen

HAS_A_CHILD = (
    "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1, flush=True); input()'])"
)


@pytest.fixture
def parent() -> Iterator[psutil.Process]:
    """With one child."""
    argv = [sys.executable, "-c", HAS_A_CHILD]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as started:
        assert started.stdout
        started.stdout.readline()
        yield psutil.Process(started.pid)
        started.communicate(b"\n")


def is_stopped(process: psutil.Process, wanted: bool) -> bool:
    """A signal takes a moment to be obeyed."""
    deadline = time.monotonic() + 10
    while (process.status() == psutil.STATUS_STOPPED) is not wanted and time.monotonic() < deadline:
        time.sleep(0.01)
    return process.status() == psutil.STATUS_STOPPED


def test_a_process_stands_still_with_all_it_started_and_goes_on(parent: psutil.Process) -> None:
    family = [parent, *parent.children()]
    assert len(family) == 2
    with frozen(parent.pid):
        assert [is_stopped(one, True) for one in family] == [True, True]
    assert [is_stopped(one, False) for one in family] == [False, False]


def test_it_goes_on_though_the_block_fails(parent: psutil.Process) -> None:
    with pytest.raises(ZeroDivisionError), frozen(parent.pid):
        raise ZeroDivisionError
    assert not is_stopped(parent, False)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a file system")
async def test_a_disk_is_full_for_a_while_and_gone_after_the_block(tmp_path: Path) -> None:
    with small_disk(tmp_path) as disk:
        assert disk
        (tmp_path / "before").write_bytes(b"there")
        async with disk.full():
            assert _write(tmp_path) == errno.ENOSPC
        assert _write(tmp_path) is None
        assert (tmp_path / "before").read_bytes() == b"there"
    assert not _is_there(tmp_path / "before")


def _write(folder: Path) -> int | None:
    try:
        (folder / "more").write_bytes(bytes(8192))
    except OSError as error:
        return error.errno
    return None


def _is_there(file: Path) -> bool:
    return file.exists()
