"""The embedded PostgreSQL, really started: durable, private, and unharmed by a kill."""

import os
import stat
from contextlib import suppress
from pathlib import Path

import asyncpg
import psutil
import pytest

from deployments.cluster import ClusterError
from deployments.postgres import PostgresProcess, embedded_postgres, start_postgres


@pytest.fixture
def folders(short_dir: Path) -> tuple[Path, Path]:
    return short_dir / "var", short_dir / "socket"


async def ask(server: PostgresProcess, sql: str, database: str = "crosschq_lever") -> object:
    connection = await asyncpg.connect(server.url(database).replace("+asyncpg", ""))
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_both_databases_are_there_with_what_prefect_needs(folders: tuple[Path, Path]) -> None:
    with embedded_postgres(*folders) as server:
        assert await ask(server, "SELECT current_database()") == "crosschq_lever"
        await ask(server, "CREATE EXTENSION pg_trgm", "prefect")
        assert await ask(server, "SHOW server_encoding") == "UTF8"


async def test_it_is_durable_and_listens_on_no_port(folders: tuple[Path, Path]) -> None:
    with embedded_postgres(*folders) as server:
        assert await ask(server, "SHOW fsync") == "on"
        assert await ask(server, "SHOW synchronous_commit") == "on"
        assert await ask(server, "SHOW listen_addresses") == ""
        assert not psutil.Process(server.process.pid).net_connections("tcp")


async def test_rows_that_an_error_is_about_are_not_in_its_log(folders: tuple[Path, Path]) -> None:
    with embedded_postgres(*folders) as server:
        await ask(server, "CREATE TABLE person (email text PRIMARY KEY, age int CHECK (age > 0))")
        for age in (1, 1, -1):
            with suppress(asyncpg.IntegrityConstraintViolationError):
                await ask(server, f"INSERT INTO person SELECT 'ana' || '@example.test', {age}")
        log = server.cluster.log_end()
    assert "duplicate key" in log
    assert "check constraint" in log
    assert "ana@example.test" not in log


async def test_only_its_user_reaches_the_socket_and_the_data(folders: tuple[Path, Path]) -> None:
    with embedded_postgres(*folders) as server:
        for folder in (server.cluster.folder, server.cluster.socket_dir):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_what_was_committed_is_there_after_a_kill(folders: tuple[Path, Path]) -> None:
    server = start_postgres(*folders)
    await ask(server, "CREATE TABLE kept AS SELECT 7 AS number")
    server.process.kill()
    server.process.wait()
    with embedded_postgres(*folders) as again:
        assert await ask(again, "SELECT number FROM kept") == 7


async def test_a_leftover_process_id_of_someone_else_does_not_stop_the_start(
    folders: tuple[Path, Path],
) -> None:
    with embedded_postgres(*folders) as server:
        leftover = (server.cluster.folder / "postmaster.pid").read_text().split("\n")
    bystander = psutil.Popen(["sleep", "60"], user=server.cluster.user and server.cluster.user.uid)
    (server.cluster.folder / "postmaster.pid").write_text("\n".join([str(bystander.pid), *leftover[1:]]))
    try:
        with embedded_postgres(*folders) as again:
            assert await ask(again, "SELECT 1") == 1
    finally:
        bystander.kill()
        bystander.wait()


def test_an_interrupted_first_start_is_begun_anew(folders: tuple[Path, Path]) -> None:
    half_made = folders[0] / "postgres.unfinished"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18")
    with embedded_postgres(*folders) as server:
        assert server.cluster.folder.exists()
        assert not half_made.exists()


def test_a_second_server_on_the_same_data_is_refused_by_name(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deployments.cluster.PREVIOUS_SECONDS", 0.1)
    with embedded_postgres(*folders) as server:
        with pytest.raises(ClusterError, match=f"in use by another PostgreSQL.*{server.process.pid}"):
            start_postgres(*folders)
        assert server.process.poll() is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make another user's folder")
def test_a_socket_folder_laid_out_by_another_user_is_refused(folders: tuple[Path, Path]) -> None:
    folders[1].mkdir()
    os.chown(folders[1], 12345, 12345)
    with pytest.raises(ClusterError, match="belongs to someone else"):
        start_postgres(*folders)


def test_stopping_is_clean(folders: tuple[Path, Path]) -> None:
    server = start_postgres(*folders)
    server.stop()
    assert server.process.returncode == 0
    assert "database system is shut down" in server.cluster.log_end()
