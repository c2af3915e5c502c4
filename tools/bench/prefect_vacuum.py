"""`python -m tools.bench.prefect_vacuum`: what Prefect's vacuum service does in a day, done at once.

In a process of its own, whose environment is the server's (deployments.prefect_server): so what is enabled, and after
how long, is what an installation has.
"""

import asyncio
import sys

from prefect.server.database import provide_database_interface
from prefect.server.services import db_vacuum
from prefect.settings import get_current_settings

from deployments.environment import ROOT
from deployments.prefect_server import server_environment
from settings import Settings

TASKS = {
    "flow_runs": [db_vacuum.vacuum_old_flow_runs],
    "events": [db_vacuum.vacuum_events_with_retention_overrides, db_vacuum.vacuum_old_events],
    "orphans": [
        db_vacuum.vacuum_orphaned_logs,
        db_vacuum.vacuum_orphaned_artifacts,
        db_vacuum.vacuum_stale_artifact_collections,
    ],
}
"""By the name under which each is enabled."""


async def vacuum_prefect(settings: Settings) -> None:
    """Removes from Prefect's database what is past its retention; raises RuntimeError if it cannot."""
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "tools.bench.prefect_vacuum"],
        env=server_environment(settings),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"Prefect's vacuum failed:\n{output.decode(errors='replace')}")


async def _vacuum() -> None:
    enabled = get_current_settings().server.services.db_vacuum.enabled_vacuum_types
    for name in TASKS:
        for task in TASKS[name] if name in enabled else []:
            await task(db=provide_database_interface())


if __name__ == "__main__":
    asyncio.run(_vacuum())
