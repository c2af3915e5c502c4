"""Everything an installation runs, started in one block and gone after it: for `up`, for `demo` and for the tests.

The order is in `lineup.py`; which of them runs where is told by the settings alone.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field

import httpx

from deployments import lineup
from deployments.cluster import ClusterError, prepare
from deployments.database_check import UnusableDatabaseError, require_usable_databases
from deployments.database_connections import embedded_limit
from deployments.lineup import SandboxPorts
from deployments.locks import InUseError, folder_in_use
from deployments.log_files import LogLimits
from deployments.ports import PortInUseError, require_free
from deployments.prefect_api import PrefectApiError, prefect_api
from deployments.processes import Process, ProcessFailedError
from deployments.state_files import StateFileError
from deployments.supervisor import Supervisor
from deployments.work_pool import ensure_work_pool
from settings import PREFIX, Settings, SettingsError, prepare_environment

CANNOT_START = (
    ClusterError,
    InUseError,
    PortInUseError,
    PrefectApiError,
    ProcessFailedError,
    SettingsError,
    StateFileError,
    UnusableDatabaseError,
)
"""What keeps a stack from starting: each says what, and what to do."""


@dataclass(frozen=True)
class Stack:
    """A running stack and its addresses; those of the stand-ins are empty without a sandbox."""

    settings: Settings
    supervisor: Supervisor = field(repr=False)
    lever_url: str = ""
    crosschq_url: str = ""
    mailbox_url: str = ""

    @property
    def prefect_url(self) -> str:
        """Prefect's UI."""
        return self.settings.api_url.removesuffix("/api")

    async def watch(self) -> None:
        """Never returns: starts a process again that has ended."""
        await self.supervisor.watch()


@asynccontextmanager
async def running_stack(
    settings: Settings, *, with_sandbox: bool, progress: Callable[[str], None]
) -> AsyncIterator[Stack]:
    """Starts all, tells `progress` the name of each process that is ready, and stops all at the end of the block.

    Raises one of CANNOT_START.
    """
    prepare_environment(settings)
    _require_free_ports(settings)
    await require_usable_databases(settings)
    ports = SandboxPorts.free(settings) if with_sandbox else None
    if ports is not None:
        settings = settings.model_copy(update=_mail_into_the_mailbox(ports))
    logs = settings.data_dir.resolve() / "logs"
    with ExitStack() as locks:
        locks.enter_context(folder_in_use(settings.data_dir))
        async with (
            httpx.AsyncClient() as http,
            Supervisor(logs, progress, limits=_log_limits(settings)) as supervisor,
        ):
            foundations = await _foundations(settings, http, ports, locks)
            await supervisor.start(foundations)
            async with prefect_api(settings) as api:
                await ensure_work_pool(api, settings.work_pool, settings.work_pool_type)
                await supervisor.start([lineup.deployments(settings), lineup.worker(settings)])
            yield _stack(settings, supervisor, ports)


async def _foundations(
    settings: Settings, http: httpx.AsyncClient, ports: SandboxPorts | None, locks: ExitStack
) -> list[Process]:
    """What needs no work pool in Prefect yet."""
    processes = [lineup.sandbox(ports, http)] if ports else []
    has_postgres = _needs_postgres(settings)
    if has_postgres:
        limit = embedded_limit(settings)
        cluster = await asyncio.to_thread(prepare, settings.data_dir, settings.socket_dir, limit)
        locks.callback(cluster.unlock)
        processes.append(lineup.postgres(cluster))
    databases = ["postgres"] if has_postgres else []
    if settings.prefect_api_url is None:
        processes.append(lineup.prefect_server(settings, http, databases))
    return [
        *processes,
        lineup.migrations(settings, databases),
        lineup.gateway(settings, http, ["migrations"]),
    ]


def _log_limits(settings: Settings) -> LogLimits:
    return LogLimits(settings.log_max_bytes, settings.log_files, settings.log_retention.total_seconds())


def _mail_into_the_mailbox(ports: SandboxPorts) -> dict[str, object]:
    sender = "Crosschq for Lever <crosschq@sandbox.test>"
    return {"smtp_host": "127.0.0.1", "smtp_port": ports.smtp, "smtp_security": "plain", "mail_from": sender}


def _needs_postgres(settings: Settings) -> bool:
    prefect_needs = settings.prefect_api_url is None and settings.prefect_database_url is None
    return settings.database_url is None or prefect_needs


def _require_free_ports(settings: Settings) -> None:
    require_free(f"{PREFIX}PUBLIC_PORT", settings.public_port, settings.public_host)
    require_free(f"{PREFIX}PRIVATE_PORT", settings.private_port, settings.private_host)
    if settings.prefect_api_url is None:
        require_free(f"{PREFIX}PREFECT_PORT", settings.prefect_port, settings.prefect_host)


def _stack(settings: Settings, supervisor: Supervisor, ports: SandboxPorts | None) -> Stack:
    if ports is None:
        return Stack(settings, supervisor)
    urls = [f"http://127.0.0.1:{port}" for port in (ports.lever, ports.crosschq, ports.mailbox)]
    return Stack(settings, supervisor, *urls)
