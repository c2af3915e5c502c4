"""A data folder has one supervisor at a time, whatever process ids say, and a second one is told who it is."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from deployments.cluster import ClusterError
from deployments.locks import InUseError, folder_in_use, holder, lock, supervisor_lock
from deployments.postgres import embedded_postgres, start_postgres

HOLDS = """
import pathlib, sys
from deployments.locks import folder_in_use
with folder_in_use(pathlib.Path(sys.argv[1])):
    print(flush=True)
    sys.stdin.read()
"""


def test_a_second_supervisor_is_told_the_command_process_and_time_of_the_first(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", HOLDS, str(tmp_path)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as first:
        assert first.stdout
        first.stdout.readline()
        with pytest.raises(InUseError) as refused, folder_in_use(tmp_path):
            pass
        assert re.search(
            rf"in use by `-c {tmp_path}` \(pid {first.pid} on \S+, since \d{{4}}-\d\d-\d\d \d\d:\d\d UTC\): stop that"
            r" first, or set CROSSCHQ_LEVER_DATA_DIR",
            str(refused.value),
        )
        first.kill()
    with folder_in_use(tmp_path):  # a killed one leaves nothing that has to be removed
        assert holder(supervisor_lock(tmp_path))
    assert holder(supervisor_lock(tmp_path)) is None


def test_what_stands_in_the_file_is_no_lock(tmp_path: Path) -> None:
    supervisor_lock(tmp_path).write_text(f'{{"pid": {os.getpid()}}}')
    with folder_in_use(tmp_path):
        pass


def test_a_lock_is_held_until_a_process_that_inherited_it_has_ended(tmp_path: Path) -> None:
    path = tmp_path / "postgres.lock"
    held = lock(path)
    assert held is not None
    with subprocess.Popen(["sleep", "60"], pass_fds=[held]) as heir:  # noqa: S607
        os.close(held)
        assert lock(path) is None
        heir.kill()
    again = lock(path)
    assert again is not None
    os.close(again)


def test_a_server_in_another_container_is_found_by_its_lock(
    short_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = short_dir / "var", short_dir / "socket"
    monkeypatch.setattr("deployments.cluster.PREVIOUS_SECONDS", 0.1)
    with embedded_postgres(*folders) as server:
        before = (server.cluster.folder / "postmaster.pid").read_text()
        monkeypatch.setattr(
            "deployments.cluster._servers_on", lambda _folder: []
        )  # processes there are not seen
        with pytest.raises(
            ClusterError, match=rf"in use by another PostgreSQL.*started by `.*pid {os.getpid()} on"
        ):
            start_postgres(*folders)
        assert server.process.poll() is None
        assert (server.cluster.folder / "postmaster.pid").read_text() == before
    with embedded_postgres(*folders):
        pass
