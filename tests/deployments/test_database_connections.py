"""The sum of all connections is what the documentation tells, and the embedded PostgreSQL takes them."""

import re
from pathlib import Path

import asyncpg
import pytest

from deployments.database_connections import embedded_limit, on_our_server, ours, prefects, total
from deployments.environment import ROOT
from deployments.lineup import postgres
from deployments.postgres import embedded_postgres
from deployments.prefect_server import server_environment
from onboarding.self_test.findings import Verdict
from onboarding.self_test.own_checks import told_connections
from settings import STOCK, Settings

ELSEWHERE = "postgresql+asyncpg://u:p@db.example.com/"


def test_the_documented_figures_are_the_computed_ones(settings: Settings) -> None:
    lines = (ROOT / ".env.example").read_text().replace("\n# ", " ")
    told = re.search(
        r"We open at most (\d+) connections to ours \(gateway (\d+), a worker (\d+), two commands (\d+);"
        r" each further worker \d+\), and (\d+) to Prefect's .*?: (\d+) in all",
        lines,
    )
    assert told
    figures = [total(ours(settings)), *(share.most for share in ours(settings)), total(prefects(settings))]
    assert [int(figure) for figure in told.groups()] == [*figures, total(on_our_server(settings))]


def test_prefects_count_where_both_databases_are_on_one_server(settings: Settings) -> None:
    def counted(**changes: object) -> int:
        return total(on_our_server(settings.model_copy(update=changes)))

    together = {"database_url": f"{ELSEWHERE}one", "prefect_database_url": f"{ELSEWHERE}prefect"}
    assert counted() == counted(**together) == total(ours(settings)) + total(prefects(settings))
    assert counted(database_url=f"{ELSEWHERE}one") == total(ours(settings))
    other_port = ELSEWHERE.replace(".com", ".com:5433")
    assert counted(**together | {"prefect_database_url": f"{other_port}prefect"}) == total(ours(settings))
    assert counted(prefect_api_url="https://prefect.example/api") == total(ours(settings))


def test_the_stock_worker_takes_its_own(settings: Settings) -> None:
    stock = settings.model_copy(update={"work_pool_type": STOCK})
    assert total(ours(stock)) < total(ours(settings))


def test_prefects_server_is_started_with_its_share(settings: Settings, tmp_path: Path) -> None:
    environment = server_environment(settings.model_copy(update={"data_dir": tmp_path}))
    sizes = [
        environment[f"PREFECT_SERVER_DATABASE_SQLALCHEMY_{one}"] for one in ("POOL_SIZE", "MAX_OVERFLOW")
    ]
    assert sum(map(int, sizes)) == prefects(settings)[0].most


async def test_the_embedded_postgresql_takes_them_all(settings: Settings, short_dir: Path) -> None:
    with embedded_postgres(short_dir / "var", short_dir / "socket", embedded_limit(settings)) as server:
        connection = await asyncpg.connect(server.url("crosschq_lever").replace("+asyncpg", ""))
        limit = int(await connection.fetchval("SHOW max_connections"))
        reserve = int(await connection.fetchval("SHOW superuser_reserved_connections"))
        await connection.close()
    assert limit - reserve >= total(on_our_server(settings))
    argv = postgres(server.cluster).argv
    assert argv[argv.index("-N") + 1] == str(limit)


@pytest.mark.parametrize(("spare", "verdict"), [(0, Verdict.OK), (-1, Verdict.TO_KNOW)])
def test_the_self_test_tells_of_a_server_that_takes_too_few(
    settings: Settings, spare: int, verdict: Verdict
) -> None:
    shares = on_our_server(settings)
    found, says, do = told_connections(total(shares) + spare, shares)
    assert found is verdict
    if verdict is Verdict.TO_KNOW:
        assert f"takes {total(shares) - 1} connections" in says
        assert "gateway 20" in says
        assert do.startswith("Raise max_connections by 1 or more")
