"""Prefect's own command line, whose database connections are closed when they turn read-only: see store.read_only.

`python -m deployments.prefect_process server start ...` is `python -m prefect server start ...` but for that.
"""

import runpy

from sqlalchemy import Engine

from store.read_only import close_read_only

if __name__ == "__main__":
    close_read_only(Engine)
    runpy.run_module("prefect", run_name="__main__", alter_sys=True)
