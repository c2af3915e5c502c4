"""Prefect's own command line, in an environment made fit for it, and without connections that cannot work.

`python -m deployments.prefect_process worker start ...` is `python -m prefect worker start ...` but for settings.py's
`prepare_environment` and store.useless_connections.
"""

import runpy
import sys

from sqlalchemy import Engine

from settings import SettingsError, load_settings, prepare_environment
from store.useless_connections import discard_useless

if __name__ == "__main__":
    try:
        # The server is told no setting of ours.
        prepare_environment() if "server" in sys.argv else load_settings()
    except SettingsError as error:
        sys.exit(str(error))
    discard_useless(Engine)
    runpy.run_module("prefect", run_name="__main__", alter_sys=True)
