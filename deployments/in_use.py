"""Tell whether a checkout's .venv is in use: `make clean` asks, and refuses when it is.

`python -m deployments.in_use` in the checkout prints a sentence and exits with 3 if it is.
"""

import sys
from pathlib import Path

import psutil

from deployments.locks import holder, supervisor_lock
from settings import SettingsError, load_settings

IN_USE = 3
"""Exit code; others are faults of a .venv that is not whole, and no reason to keep it."""
SHOWN = 3


def users(checkout: Path) -> list[str]:
    """Who uses it, for people: stacks on its data folders, also in a container, and processes of its .venv."""
    stacks = [held for folder in _data_dirs(checkout) if (held := holder(supervisor_lock(folder)))]
    return stacks or [_described(process) for process in _processes_from(checkout / ".venv")][:SHOWN]


def _data_dirs(checkout: Path) -> set[Path]:
    try:
        ours = checkout / load_settings().data_dir
    except SettingsError:
        ours = checkout / "var"
    return {ours, checkout / "var" / "demo"}


def _processes_from(venv: Path) -> list[psutil.Process]:
    """Those whose parent is none of them; not this one, nor those that started it."""
    us = {psutil.Process().pid, *(parent.pid for parent in psutil.Process().parents())}
    found = {
        one.pid: one for one in psutil.process_iter(["cmdline", "cwd", "exe", "ppid"]) if _is_from(one, venv)
    }
    return [one for one in found.values() if one.pid not in us and one.info["ppid"] not in found]


def _is_from(process: psutil.Process, venv: Path) -> bool:
    info = process.info
    program = Path(info["cwd"] or "/", (info["cmdline"] or [""])[0])
    return program.is_relative_to(venv) or Path(info["exe"] or "/").is_relative_to(venv)


def _described(process: psutil.Process) -> str:
    words = [Path(process.info["cmdline"][0]).name, *process.info["cmdline"][1:3]]
    return f"`{' '.join(words)}` (pid {process.pid})"


if __name__ == "__main__":
    if found := users(Path.cwd()):
        print(f"Nothing was removed: this checkout is in use by {', '.join(found)}. Stop it first.")
        sys.exit(IN_USE)
