"""Prefect's own command line, in an environment made fit for it, and without connections that cannot work.

`python -m deployments.prefect_process worker start ...` is `python -m prefect worker start ...` but for settings.py's
`prepare_environment`, store.useless_connections, and that a worker and its runs are led by our settings wherever it is
started, and never by the Prefect of whoever starts it.
"""

import asyncio
import os
import runpy
import sys

from sqlalchemy import Engine

from deployments.environment import prefect_client_environment, settings_environment
from settings import PREFIX, SettingsError, load_settings, prepare_environment
from store.pooler import SharedSessionsError, refuse_shared_sessions
from store.useless_connections import discard_useless


def prepare() -> None:
    """Raises SettingsError and SharedSessionsError."""
    if sys.argv[1:2] == ["server"]:
        prepare_environment()  # it is told no setting of ours
        return
    settings = load_settings()
    os.environ.update(settings_environment(settings) | prefect_client_environment(settings))
    asyncio.run(refuse_shared_sessions(settings.store_url, f"{PREFIX}DATABASE_URL"))


if __name__ == "__main__":
    try:
        prepare()
    except (SettingsError, SharedSessionsError) as error:
        sys.exit(str(error))
    discard_useless(Engine)
    runpy.run_module("prefect", run_name="__main__", alter_sys=True)
