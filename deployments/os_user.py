"""Whom the embedded PostgreSQL runs as: it refuses to be root, so root hands it to a user without any rights.

Never opens a folder for listing: other users only get to pass through the folders on the way to the data.
"""

import os
import pwd
import stat
import subprocess
from pathlib import Path
from typing import NamedTuple, TypedDict

ROOT = 0
NAME = "crosschq_lever_db"

_PASS = stat.S_IXOTH
_READ = stat.S_IROTH


class OsUser(NamedTuple):
    """A user of this machine by its numbers, as a mounted cluster may belong to one without a name here."""

    uid: int
    gid: int


class Identity(TypedDict):
    """How `subprocess` is told whom a child runs as."""

    user: int | None
    group: int | None
    extra_groups: list[int] | None


def identity(user: OsUser | None) -> Identity:
    """For `subprocess`: without root's groups, which would be root's rights."""
    if user is None:
        return {"user": None, "group": None, "extra_groups": None}
    return {"user": user.uid, "group": user.gid, "extra_groups": []}


def database_owner(cluster: Path) -> OsUser | None:
    """Who PostgreSQL must run as: the existing cluster's owner, a user of its own, or None for ourselves."""
    if os.geteuid() != ROOT:
        return None
    if cluster.exists():
        return OsUser(cluster.stat().st_uid, cluster.stat().st_gid)
    return _own_user()


def _own_user() -> OsUser:
    if NAME not in {entry.pw_name for entry in pwd.getpwall()}:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", NAME]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - fixed words
    entry = pwd.getpwnam(NAME)
    return OsUser(entry.pw_uid, entry.pw_gid)


def let_pass(folder: Path) -> None:
    """Lets other users pass through the folders above, where one forbids it, as `/root` does."""
    for parent in folder.resolve().parents:
        _allow(parent, _PASS)


def let_read(tree: Path) -> None:
    """Lets other users read an installed tree, where a strict umask forbade it."""
    if tree.stat().st_mode & _READ:
        return
    _allow(tree, _PASS | _READ)
    for path in tree.rglob("*"):
        executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
        _allow(path, _READ | (_PASS if executable else 0))


def _allow(path: Path, rights: int) -> None:
    mode = path.stat().st_mode
    if mode & rights != rights:
        path.chmod(stat.S_IMODE(mode) | rights)
