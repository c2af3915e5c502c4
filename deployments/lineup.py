"""Which processes a stack consists of, what each needs before it, and how one sees that it is ready. Starts nothing."""

import shutil
import signal
import socket
import sys
from dataclasses import dataclass

import httpx

from deployments.cluster import Cluster
from deployments.environment import ROOT, inherited, prefect_home, process_environment
from deployments.ports import pick
from deployments.prefect_server import server_argv, server_environment
from deployments.processes import Process, answers
from deployments.work_pool import worker_is_online
from settings import STOCK, WARM, Settings

RUNS_AT_ONCE = {WARM: 16, STOCK: 4}
"""Flow runs of one worker. On the stock one each is a process of its own and takes about 150 MB."""

FREE_MEMORY_GOES_BACK = {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "131072"}
"""glibc keeps an arena for each thread, and ever more free memory in it: in 1,500 runs 20 MB, none of it Python's."""

WORKER_LAST_SECONDS = 25.0
"""After its grace a worker hands back what did not end; longer, and it is killed."""


@dataclass(frozen=True)
class SandboxPorts:
    """Where the stand-ins listen on loopback."""

    lever: int
    crosschq: int
    mailbox: int
    smtp: int

    @classmethod
    def free(cls, settings: Settings) -> "SandboxPorts":
        """Beside the public one, usually 8600; others where those are taken."""
        promised = [settings.public_port, settings.private_port, settings.prefect_port]
        for beside in (1, 2, 3, 25):
            promised.append(pick(settings.public_port + beside, avoid=promised))
        return cls(*promised[-4:])


def postgres(cluster: Cluster) -> Process:
    """The embedded PostgreSQL."""

    async def ready(pid: int) -> bool:
        return cluster.is_ready(pid)

    return Process(
        "postgres",
        cluster.argv,
        inherited(),
        ready=ready,
        stop_signal=signal.SIGINT,
        user=cluster.user,
        inherits=[cluster.lock],
    )


def migrations(settings: Settings, after: list[str]) -> Process:
    """Our tables, brought up to date."""
    return Process(
        "migrations", _python("cli.main", "migrate"), process_environment(settings), after, directory=ROOT
    )


def prefect_server(settings: Settings, http: httpx.AsyncClient, after: list[str]) -> Process:
    """Prefect's API, UI and services in one process; the first start makes its tables."""
    return Process(
        "prefect-server",
        server_argv(settings),
        server_environment(settings),
        after,
        ready=answers(http, f"{settings.api_url}/ready"),
        ready_seconds=180,
        directory=ROOT,
    )


def gateway(settings: Settings, http: httpx.AsyncClient, after: list[str]) -> Process:
    """Webhooks in, flow runs out."""
    host = "127.0.0.1" if settings.private_host == "0.0.0.0" else settings.private_host  # noqa: S104 - only compared
    return Process(
        "gateway",
        _python("webhook_gateway"),
        process_environment(settings),
        after,
        ready=answers(http, f"http://{host}:{settings.private_port}/ready"),
        directory=ROOT,
    )


def deployments(settings: Settings) -> Process:
    """What `make deploy` does."""
    return Process(
        "deployments",
        _python("deployments"),
        process_environment(settings),
        ready_seconds=240,
        directory=ROOT,
    )


def worker(settings: Settings, suffix: str = "") -> Process:
    """The worker for our pool, of the pool's type; it has this machine's name in Prefect, and a further one a suffix.

    It gets a temporary folder of its own: Prefect keeps code in one of fixed name, which the first user would own.
    """
    temporary = prefect_home(settings) / f"tmp{suffix}"
    shutil.rmtree(temporary, ignore_errors=True)  # what a killed worker left
    temporary.mkdir(parents=True)
    name, kind = socket.gethostname() + suffix, settings.work_pool_type
    which = ["--pool", settings.work_pool, "--type", kind, "--name", name, "--limit", str(RUNS_AT_ONCE[kind])]
    return Process(
        "worker",
        _python("deployments.prefect_process", "--no-prompt", "worker", "start", *which),
        process_environment(settings) | FREE_MEMORY_GOES_BACK | {"TMPDIR": str(temporary)},
        ready=worker_is_online(settings, name),
        stop_seconds=settings.worker_grace.total_seconds() + WORKER_LAST_SECONDS,
        directory=ROOT,
    )


def sandbox(ports: SandboxPorts, http: httpx.AsyncClient) -> Process:
    """The stand-ins for Lever, Crosschq and a mailbox; the last of the three to listen tells that all do."""
    places = [
        *["--lever-port", str(ports.lever), "--crosschq-port", str(ports.crosschq)],
        *["--mailbox-port", str(ports.mailbox), "--smtp-port", str(ports.smtp)],
    ]
    ready = answers(http, f"http://127.0.0.1:{ports.mailbox}/sandbox/health")
    return Process("sandbox", _python("sandbox", *places), inherited(), ready=ready, directory=ROOT)


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]
