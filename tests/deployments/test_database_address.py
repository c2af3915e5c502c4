"""A database's address with its parameters, tried on a real server with TLS by us and by Prefect."""

from collections.abc import AsyncIterator
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import quote

import pytest
from prefect.server.database.configurations import AsyncPostgresConfiguration
from sqlalchemy import text
from sqlalchemy.engine import make_url

from cleaning.database_url import clean_database_url
from deployments.database_check import UnusableDatabaseError, require_usable_databases
from deployments.postgres import PostgresProcess
from settings import Settings
from store.database import Database
from tests.certificates import certificate_for
from tests.deployments.pgbouncer import pooler

PASSWORDS = ["plain", "p@ss/w#rd?%[] ü", "100%25", "a+b&c=d", ":", "'\"\\", "%41"]
RULES = """
hostssl all tester 127.0.0.1/32 cert
hostssl all all 127.0.0.1/32 scram-sha-256
"""


@pytest.fixture(scope="module")
def folder(short_folder: Path) -> Path:
    made = short_folder / token_hex(3)
    for name, common_name in (("server", "localhost"), ("client", "tester")):
        (made / name).mkdir(parents=True)
        _, key = certificate_for(made / name, common_name)
        key.chmod(0o644)
    (made / "rules").write_text(RULES)
    made.chmod(0o755)
    return made


@pytest.fixture(scope="module")
async def port(postgres: PostgresProcess, folder: Path) -> AsyncIterator[int]:
    """The embedded PostgreSQL speaks no TLS, so PgBouncer does before it; it lets nobody in without."""
    options = {
        "auth_type": "hba",
        "auth_hba_file": folder / "rules",
        "client_tls_sslmode": "require",
        "client_tls_cert_file": folder / "server" / "certificate.pem",
        "client_tls_key_file": folder / "server" / "key.pem",
        "client_tls_ca_file": folder / "client" / "certificate.pem",
    }
    users = {f"user{number}": password for number, password in enumerate(PASSWORDS)} | {"tester": ""}
    async with pooler(postgres, folder, "session", options, users) as url:
        yield make_url(url).port or 0


async def asked(url: str, statement: str) -> list[Any]:
    """What our engine, and Prefect's, are answered."""
    cleaned = clean_database_url(url)
    ours = Database(cleaned)
    prefects = await AsyncPostgresConfiguration(connection_url=cleaned).engine()
    answers = []
    for engine in (ours.engine, prefects):
        async with engine.connect() as connection:
            answers.append(await connection.scalar(text(statement)))
        await engine.dispose()
    return answers


@pytest.mark.parametrize("number", range(len(PASSWORDS)))
async def test_any_password_that_is_encoded_lets_in(port: int, number: int) -> None:
    url = f"postgres://user{number}:{quote(PASSWORDS[number], safe='')}@127.0.0.1:{port}/crosschq_lever"
    assert await asked(f"{url}?sslmode=require", "SELECT 1") == [1, 1]
    assert await asked(f"{url}?ssl=true&application_name=a+b%26c", "SHOW application_name") == ["a b&c"] * 2


async def test_servers_and_clients_certificates_are_looked_at(port: int, folder: Path) -> None:
    authority, own = folder / "server" / "certificate.pem", folder / "client"
    query = f"sslmode=verify-full&sslrootcert={authority}"
    assert await asked(f"postgresql://user0:plain@localhost:{port}/crosschq_lever?{query}", "SELECT 1") == [
        1,
        1,
    ]
    client = f"{query}&sslcert={own / 'certificate.pem'}&sslkey={own / 'key.pem'}"
    url = f"postgresql://tester@localhost:{port}/crosschq_lever?{client}"
    assert await asked(url, "SELECT 1") == [1, 1]


async def test_of_several_hosts_the_one_that_answers_is_taken(port: int) -> None:
    hosts = f"user0:plain@127.0.0.1:9,127.0.0.1:{port}"
    assert await asked(f"postgresql://{hosts}/crosschq_lever?sslmode=require", "SELECT 1") == [1, 1]


async def test_what_a_session_is_to_begin_with_comes_through(postgres: PostgresProcess) -> None:
    url = postgres.url("crosschq_lever") + "&options=-c%20statement_timeout%3D1234"
    assert await asked(url, "SHOW statement_timeout") == ["1234ms"] * 2


@pytest.mark.parametrize(
    ("place", "query", "says"),
    [
        ("127.0.0.1", "sslmode=verify-full&sslrootcert={server}", "its certificate is for another name"),
        ("localhost", "sslmode=verify-ca&sslrootcert={client}", "the file of sslrootcert"),
        ("127.0.0.1", "sslmode=disable", "TLS"),
    ],
)
@pytest.mark.parametrize("name", ["database_url", "prefect_database_url"])
async def test_what_does_not_lead_there_is_said_under_the_settings_name(
    port: int, folder: Path, settings: Settings, place: str, query: str, says: str, name: str
) -> None:
    files = {one: folder / one / "certificate.pem" for one in ("server", "client")}
    url = f"postgresql://user0:plain@{place}:{port}/crosschq_lever?{query.format(**files)}"
    with pytest.raises(UnusableDatabaseError, match=says) as refused:
        await require_usable_databases(settings.model_copy(update={name: clean_database_url(url)}))
    assert str(refused.value).startswith(f"CROSSCHQ_LEVER_{name.upper()}: ")
    assert "plain" not in str(refused.value)
