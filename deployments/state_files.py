"""Keep small secrets in files: made once, written whole or not at all, and never silently replaced."""

import os
from collections.abc import Callable
from pathlib import Path


class StateFileError(Exception):
    """A file that must not be made anew is damaged; the message names it and says what to do."""


def kept(path: Path, make: Callable[[], str], is_whole: Callable[[str], bool] = bool) -> str:
    """The file's text, made and written when there is no file. Raises StateFileError."""
    if not path.exists():
        write_atomically(path, make())
    text = path.read_text(errors="replace").strip()
    if not is_whole(text):
        raise StateFileError(
            f"{path} is empty or damaged, as after a crash or a full disk: restore it from a backup. What was encrypted"
            " with it cannot be read otherwise; only where that does not matter, remove the file and start again."
        )
    return text


def write_atomically(path: Path, text: str) -> None:
    """Readable by its owner only; after a crash there is the old file or the new one, on disk."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
