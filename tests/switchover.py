"""Two PostgreSQL servers of which one follows the other, and an address that leads to the one that may be written."""

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

import asyncpg

from deployments.cluster import _binary, _own
from deployments.os_user import identity
from deployments.postgres import PostgresProcess, start_postgres
from sandbox.serve import address, listen

READ_ONLY = "default_transaction_read_only"


@dataclass
class Switch:
    """As a load balancer or a floating address is: what is connected stays, what comes goes to `leader`."""

    server: PostgresProcess
    """The first one."""
    second: Path
    port: int = 0
    leader: Path = field(init=False)

    def __post_init__(self) -> None:
        self.leader = self.first

    @property
    def first(self) -> Path:
        return self.server.cluster.socket_dir

    def url(self, database: str = "crosschq_lever") -> str:
        return f"postgresql+asyncpg://postgres@127.0.0.1:{self.port}/{database}"

    async def switch_over(self) -> None:
        """The first is fenced and its sessions live on; the second is promoted, and leads."""
        await self.make_read_only(self.first, "on")
        await self.at(self.second, "SELECT pg_promote()")
        self.leader = self.second

    async def demote(self) -> None:
        """In earnest: the second leads, and the first is back as its standby; the address still leads to the first."""
        await asyncio.to_thread(self.server.stop)
        await self.at(self.second, "SELECT pg_promote()")
        await asyncio.to_thread(self._start_first_as_standby)

    def _start_first_as_standby(self) -> None:
        cluster = self.server.cluster
        (cluster.folder / "standby.signal").touch()
        with (cluster.folder / "postgresql.auto.conf").open("a") as settings:
            settings.write(f"primary_conninfo = 'host={self.second} user=postgres'\n")
        log = cluster.log.open("ab")
        process = subprocess.Popen(cluster.argv, stdout=log, stderr=log, **identity(cluster.user))
        log.close()
        self.server = PostgresProcess(cluster, process)
        _wait_for(self.first, process)

    async def make_read_only(self, socket: Path, value: Literal["on", "off"]) -> None:
        """Return when it holds for every session: they were signalled before a new one could be opened with it."""
        await self.at(socket, f"ALTER SYSTEM SET {READ_ONLY} = {value}", "SELECT pg_reload_conf()")
        while await self._shown_to_a_new_session(socket) != value:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)

    async def _shown_to_a_new_session(self, socket: Path) -> str:
        connection = await self._connected(socket)
        try:
            return cast("str", await connection.fetchval(f"SHOW {READ_ONLY}"))
        finally:
            await connection.close()

    async def _connected(self, socket: Path) -> "asyncpg.Connection[asyncpg.Record]":
        return await asyncpg.connect(host=str(socket), user="postgres", database="postgres")

    async def at(self, socket: Path, *statements: str) -> None:
        connection = await self._connected(socket)
        try:
            for one in statements:
                await connection.execute(one)
        finally:
            await connection.close()

    async def lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(str(self.leader / ".s.PGSQL.5432"))
        await asyncio.gather(_pass_on(reader, back), _pass_on(there, writer))


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    except ConnectionError:
        pass
    finally:
        target.close()


@asynccontextmanager
async def two_servers(folder: Path) -> AsyncIterator[Switch]:
    switch = Switch(
        await asyncio.to_thread(start_postgres, folder / "a", folder / "a-socket"), folder / "b-socket"
    )
    try:
        standby = await asyncio.to_thread(_follow, switch.server, folder)
        try:
            listener = listen("127.0.0.1", 0)
            switch.port = address(listener)[1]
            async with await asyncio.start_server(switch.lead, sock=listener):
                yield switch
        finally:
            standby.send_signal(signal.SIGINT)
            standby.wait()
    finally:
        switch.server.stop()


def _follow(leader: PostgresProcess, folder: Path) -> subprocess.Popen[bytes]:
    cluster = leader.cluster
    as_owner = identity(cluster.user)
    data, socket = folder / "b", folder / "b-socket"
    for one in (data, socket):
        _own(one, cluster.user)
    source = ["-h", str(cluster.socket_dir), "-U", "postgres"]
    copy = [str(_binary("pg_basebackup")), *source, "-D", str(data), "-R", "-X", "stream", "-c", "fast"]
    subprocess.run(copy, check=True, capture_output=True, **as_owner)
    argv = [str(_binary("postgres")), "-D", str(data), "-k", str(socket), "-h", ""]
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **as_owner)
    _wait_for(socket, process)
    return process


def _wait_for(socket: Path, process: "subprocess.Popen[bytes]") -> None:
    ready = [str(_binary("pg_isready")), "-h", str(socket), "-t", "30"]
    while subprocess.run(ready, check=False, capture_output=True).returncode:
        assert process.poll() is None, "the server did not start"
