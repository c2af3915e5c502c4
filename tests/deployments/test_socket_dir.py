"""The socket of the embedded PostgreSQL is found by everybody who knows the data folder, whatever their TMPDIR."""

import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from deployments.postgres import embedded_postgres
from settings import Settings

TELLS = """
import sys
from pathlib import Path
from settings import Settings
print(Settings(_env_file=None, data_dir=Path(sys.argv[1]), secret_keys="k", prefect_auth_string="a:b").socket_dir)
"""
TMP = Path("/tmp")  # noqa: S108 - whatever TMPDIR says
LONGEST = 107 - len("/socket/.s.PGSQL.5432")


def settings_in(folder: Path) -> Settings:
    return Settings(_env_file=None, data_dir=folder, secret_keys="k", prefect_auth_string="a:b")


def test_it_lies_beside_the_data(tmp_path: Path) -> None:
    assert settings_in(Path("/srv/var")).socket_dir == Path("/srv/var/socket")
    assert settings_in(Path("var")).socket_dir == Path.cwd() / "var" / "socket"


@pytest.mark.parametrize(
    "folder",
    [f"/{'x' * LONGEST}", "/srv/my data", "/srv/a,b", "/srv/a:b", "/srv/50%", "/srv/größe", "/srv/a?b&c"],
)
def test_where_the_path_does_not_allow_it_it_lies_in_tmp(folder: str) -> None:
    found = settings_in(Path(folder)).socket_dir
    assert found.parent == TMP
    assert found != settings_in(Path("/srv/other data")).socket_dir


@pytest.mark.parametrize("folder", ["/srv/var", "/srv/my data"])
def test_another_tmpdir_makes_no_difference(folder: str, tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    told = subprocess.run(
        [sys.executable, "-c", TELLS, folder], env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == str(settings_in(Path(folder)).socket_dir)


async def test_the_longest_path_that_is_taken_works_and_so_does_data_of_a_former_release(
    short_dir: Path,
) -> None:
    folder = short_dir / ("x" * (LONGEST - len(str(short_dir)) - 1))
    assert settings_in(folder / "y").socket_dir.parent == TMP
    folder.mkdir()
    with embedded_postgres(folder, short_dir / "former"):
        pass
    settings = settings_in(folder)
    assert settings.socket_dir == folder / "socket"
    with embedded_postgres(folder, settings.socket_dir):
        connection = await asyncpg.connect(settings.store_url.replace("+asyncpg", ""))
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()
