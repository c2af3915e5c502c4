"""`python -m deployments` registers the work pool, the deployments and the automations with Prefect."""

import asyncio
import sys

from deployments.prefect_api import PrefectApiError
from deployments.register import register
from settings import SettingsError, load_settings

if __name__ == "__main__":
    try:
        print(asyncio.run(register(load_settings())))
    except (PrefectApiError, SettingsError) as error:
        sys.exit(str(error))
