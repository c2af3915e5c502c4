"""Compute how many connections to PostgreSQL an installation opens at most: the sum of all pools, in one place."""

from dataclasses import dataclass

from cleaning.database_url import server_of
from deployments.lineup import RUNS_AT_ONCE
from settings import WARM, Settings
from store.database import ERASURE, FLOW_RUN, GATEWAY, PREFECT_SERVER

EMBEDDED_WORKERS = 2
"""The embedded PostgreSQL has room for one more than `make up` starts: a slot costs it next to nothing."""
COMMANDS_AT_ONCE = 2
"""Of `crosschq-lever`, by people and cron."""
SPARE = 10
"""For a person with psql, backups and monitoring, and the reserve that PostgreSQL keeps for superusers."""


@dataclass(frozen=True)
class Share:
    """Who opens how many at most."""

    who: str
    most: int


def ours(settings: Settings) -> list[Share]:
    """To our database, with one worker of ours or Prefect's; each further worker takes as many again."""
    return [
        Share("gateway", GATEWAY.most),
        worker(settings),
        Share("commands", COMMANDS_AT_ONCE * FLOW_RUN.most),
    ]


def worker(settings: Settings) -> Share:
    """One of them, with as many runs as it takes; the warm one also listens for new runs."""
    listening = 1 if settings.work_pool_type == WARM else 0
    return Share("worker", RUNS_AT_ONCE[settings.work_pool_type] * FLOW_RUN.most + listening)


def prefects(settings: Settings) -> list[Share]:
    """To the database of the Prefect server that we run; none where it is somebody else's."""
    if settings.prefect_api_url is not None:
        return []
    erasures = RUNS_AT_ONCE[settings.work_pool_type] * ERASURE.most
    return [Share("Prefect's server", PREFECT_SERVER.most), Share("erasing candidates in Prefect", erasures)]


def on_our_server(settings: Settings) -> list[Share]:
    """All of our database's server; Prefect's database may be on the same one. Migrations come before everything."""
    are_together = server_of(settings.store_url) == server_of(settings.prefect_store_url)
    return ours(settings) + (prefects(settings) if are_together else [])


def total(shares: list[Share]) -> int:
    return sum(share.most for share in shares)


def embedded_limit(settings: Settings) -> int:
    """What the embedded PostgreSQL is started with."""
    further = [worker(settings)] * (EMBEDDED_WORKERS - 1)
    return total(ours(settings) + prefects(settings) + further) + SPARE
