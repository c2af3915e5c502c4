"""A real PgBouncer before the tests' PostgreSQL; skips where there is none, must run in CI."""

import asyncio
import os
import pwd
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_hex

import pytest

from deployments.ports import pick
from deployments.postgres import PostgresProcess

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")
TRUSTING: dict[str, object] = {"auth_type": "trust"}


@asynccontextmanager
async def pooler(
    postgres: PostgresProcess,
    folder: Path,
    mode: str,
    options: Mapping[str, object] = TRUSTING,
    passwords: Mapping[str, str] | None = None,
) -> AsyncIterator[str]:
    """Runs as PostgreSQL's own user if we are root, and signs in as the superuser for everybody; its address."""
    if PGBOUNCER is None:
        assert "CI" not in os.environ, "install pgbouncer"
        pytest.skip("needs pgbouncer (apt-get install pgbouncer)")
    home, port = folder / f"bouncer-{token_hex(3)}", pick(16432)
    home.mkdir()
    users = {"postgres": "", **(passwords or {})}
    lines = [f'"{name}" "{password.replace(chr(34), chr(34) * 2)}"\n' for name, password in users.items()]
    (home / "users.txt").write_text("".join(lines))
    settings = {
        "listen_addr": "127.0.0.1",
        "listen_port": port,
        "unix_socket_dir": "",
        "auth_file": home / "users.txt",
        "pool_mode": mode,
        **options,
    }
    (home / "pgbouncer.ini").write_text(
        f"[databases]\n* = host={postgres.cluster.socket_dir} user=postgres\n[pgbouncer]\n"
        + "".join(f"{name} = {value}\n" for name, value in settings.items())
    )
    user = postgres.cluster.user
    if user:
        for path in (home, *home.iterdir()):
            os.chown(path, user.uid, user.gid)
    as_user = ["-u", pwd.getpwuid(user.uid).pw_name] if user else []
    with (home / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            PGBOUNCER, *as_user, str(home / "pgbouncer.ini"), stdout=log, stderr=log
        )
    try:
        async with asyncio.timeout(10):
            while not await _listens(port):
                assert process.returncode is None, (home / "log").read_text()
                await asyncio.sleep(0.01)
        yield f"postgresql+asyncpg://postgres@127.0.0.1:{port}/crosschq_lever"
    finally:
        process.terminate()
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionError:
        return False
    writer.close()
    return True
