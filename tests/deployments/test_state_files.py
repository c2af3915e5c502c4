"""Keys in files are whole or not there, and one that is damaged is not replaced by another."""

import os
import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from deployments.prefect_server import encryption_key
from deployments.state_files import StateFileError, kept, write_atomically


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    key = encryption_key(tmp_path / "prefect")
    assert encryption_key(tmp_path / "prefect") == key
    assert Fernet(key)
    [file] = (tmp_path / "prefect").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("damaged", ["", "\n", "short", "\0" * 44])
def test_a_damaged_key_is_named_and_left_as_it_is(tmp_path: Path, damaged: str) -> None:
    file = tmp_path / "encryption.key"
    file.write_text(damaged)
    with pytest.raises(
        StateFileError, match=r"encryption\.key is empty or damaged.*restore it from a backup"
    ):
        encryption_key(tmp_path)
    assert file.read_text() == damaged


def test_a_blank_file_of_any_kind_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "admin.password").touch()
    with pytest.raises(StateFileError):
        kept(tmp_path / "admin.password", lambda: "new")


def test_a_crash_before_it_is_on_disk_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "key"

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            kept(file, lambda: "first")
    assert not file.exists()
    assert kept(file, lambda: "second") == "second"  # what the first one left over is no hindrance
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            write_atomically(file, "third")
    assert file.read_text() == "second"


def test_the_file_is_on_disk_before_it_has_its_name_and_the_name_is_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[str, bool]] = []
    fsync, file = os.fsync, tmp_path / "key"

    def watched(descriptor: int) -> None:
        synced.append((Path(f"/proc/self/fd/{descriptor}").resolve().name, file.exists()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    kept(file, lambda: "text")
    assert synced == [("key.unfinished", False), (tmp_path.name, True)]
