"""Prefect's own command line, in an environment made fit for it, and without connections that cannot work.

`python -m deployments.prefect_process worker start ...` is `python -m prefect worker start ...` but for settings.py's
`prepare_environment` and store.useless_connections.
"""

import asyncio
import runpy
import sys

from sqlalchemy import Engine

from settings import PREFIX, SettingsError, load_settings, prepare_environment
from store.pooler import SharedSessionsError, refuse_shared_sessions
from store.useless_connections import discard_useless


def prepare() -> None:
    """Raises SettingsError and SharedSessionsError."""
    if sys.argv[1:2] == ["server"]:
        prepare_environment()  # it is told no setting of ours
        return
    asyncio.run(refuse_shared_sessions(load_settings().store_url, f"{PREFIX}DATABASE_URL"))


if __name__ == "__main__":
    try:
        prepare()
    except (SettingsError, SharedSessionsError) as error:
        sys.exit(str(error))
    discard_useless(Engine)
    runpy.run_module("prefect", run_name="__main__", alter_sys=True)
