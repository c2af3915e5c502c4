"""Log files stay within their number, size and age, belong to their owner alone, and never raise."""

import os
import resource
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deployments.log_files import DAY, LogFile, LogFolder, LogLimits, make_private
from deployments.processes import ProcessFailedError

SMALL = LogLimits(max_bytes=1000, files=3, retention=30 * DAY)


class Files:
    """Opens log files and folders, as a writer does, and closes them after the test."""

    def __init__(self) -> None:
        self.folders: list[LogFolder] = []

    def folder(self, path: Path, limits: LogLimits = SMALL) -> LogFolder:
        self.folders.append(LogFolder(path, limits))
        return self.folders[-1]

    def file(self, path: Path, limits: LogLimits = SMALL) -> LogFile:
        return self.folder(path.parent, limits).file(path.stem)


@pytest.fixture
def files() -> Iterator[Files]:
    opened = Files()
    yield opened
    for folder in opened.folders:
        for file in folder._open.values():
            file.close()


def sizes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in sorted(folder.glob("*.log*"))}


def test_a_flood_fills_no_more_than_the_files_kept(tmp_path: Path, files: Files) -> None:
    file = files.file(tmp_path / "gateway.log")
    for number in range(1000):
        file.write(f"line {number}\n".encode() * 10)
    assert set(sizes(tmp_path)) == {"gateway.log", "gateway.log.1", "gateway.log.2"}
    assert max(sizes(tmp_path).values()) <= 1000
    assert (tmp_path / "gateway.log").read_text().endswith("line 999\n")


def test_what_was_written_before_a_restart_is_kept_and_added_to(tmp_path: Path, files: Files) -> None:
    for word in ("first", "second", "third"):
        files.file(tmp_path / "step.log").write(f"{word}\n".encode())
    assert (tmp_path / "step.log").read_text() == "first\nsecond\nthird\n"


def test_bytes_are_kept_as_they_are_also_cut_within_a_letter(tmp_path: Path, files: Files) -> None:
    garbage = bytes(range(256)) + "Zoë 名字".encode()
    file = files.file(tmp_path / "gateway.log")
    for byte in garbage:
        file.write(bytes([byte]))
    assert (tmp_path / "gateway.log").read_bytes() == garbage


def test_files_are_their_owners_whatever_the_umask(tmp_path: Path, files: Files) -> None:
    before = os.umask(0)
    try:
        file = files.file(tmp_path / "gateway.log")
        for _ in range(3):
            file.write(b"x" * 900)
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_what_a_former_release_left_open_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir(mode=0o755)
    for name in ("gateway.log", "gateway.previous.log", "gateway.log.1"):
        (folder / name).touch(mode=0o644)
    (tmp_path / "elsewhere").touch(mode=0o644)
    (folder / "linked.log").symlink_to(tmp_path / "elsewhere")
    make_private(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("gateway*")} == {0o600}
    assert stat.S_IMODE((tmp_path / "elsewhere").stat().st_mode) == 0o644


def test_what_a_full_disk_does_not_take_is_lost_and_told(tmp_path: Path, files: Files) -> None:
    file = files.file(tmp_path / "gateway.log", LogLimits(max_bytes=10**6))
    file.write(b"before\n")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))  # a write beyond fails, as on a full disk
    try:
        for _ in range(100):
            file.write(b"lost line\n")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    file.write(b"after\n")
    file.write(b"again\n")
    text = (tmp_path / "gateway.log").read_text()
    assert text.startswith("before\n")
    assert text.endswith("(1000 bytes of this log could not be written.)\nafter\nagain\n")


def test_a_folder_that_is_gone_stops_nothing(tmp_path: Path, files: Files) -> None:
    logs = files.folder(tmp_path / "gone")
    logs.file("gateway").write(b"nowhere\n")
    logs.tidy()


def test_a_quiet_log_is_rotated_by_age_also_of_a_process_that_runs_no_more(
    tmp_path: Path, files: Files
) -> None:
    logs, now = files.folder(tmp_path), time.time()
    (tmp_path / "sandbox.log").write_text("old\n")
    (tmp_path / "empty.log").touch()
    logs.file("gateway").write(b"old\n")
    for days in (0, 9.9):
        logs.tidy(now + days * DAY)
        assert set(sizes(tmp_path)) == {"empty.log", "gateway.log", "sandbox.log"}
    logs.tidy(now + 10.1 * DAY)
    logs.file("gateway").write(b"new\n")
    assert (tmp_path / "gateway.log").read_text() == "new\n"
    assert set(sizes(tmp_path)) == {"empty.log", "gateway.log", "gateway.log.1", "sandbox.log.1"}


def test_an_old_line_is_gone_after_the_retention_and_a_young_one_stays(tmp_path: Path, files: Files) -> None:
    logs, now = files.folder(tmp_path), time.time()
    ages = {
        "gateway.log.1": 19,
        "gateway.log.2": 21,
        "gateway.previous.log": 21,
        "gateway.log": 21,
        "notes": 400,
    }
    logs.tidy(now - DAY)
    for name, days in ages.items():
        (tmp_path / name).write_text("line\n")
        os.utime(tmp_path / name, (now - days * DAY, now - days * DAY))
    logs.tidy(now)
    # A file written last 20 days ago was begun 30 days ago at most.
    assert {path.name for path in tmp_path.iterdir()} == {"gateway.log", "gateway.log.1", "notes", ".rotated"}


def test_a_failure_quotes_the_end_of_a_long_log_and_none_of_one_that_is_missing(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_text("early\n" + "x" * 10_000_000 + "\nlast words\n")
    assert str(ProcessFailedError("worker", "ended", log)).endswith("last words")
    log.unlink()
    assert str(ProcessFailedError("worker", "ended", log)).endswith("(empty)")
