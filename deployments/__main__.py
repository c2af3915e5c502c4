"""`python -m deployments` registers the work pool, the deployments and the automations with Prefect."""

import asyncio
import sys

from deployments.prefect_api import PrefectApiError
from deployments.register import register
from logs import configure_logging
from outbound.causes import cause_of
from outbound.transport import NoAnswer
from settings import SettingsError, load_settings

if __name__ == "__main__":
    try:
        settings = load_settings()
        configure_logging(settings.log_format)
        print(asyncio.run(register(settings)))
    except (PrefectApiError, SettingsError) as error:
        sys.exit(str(error))
    except NoAnswer as error:
        sys.exit(f"Prefect no longer answers: {cause_of(error)}. Then run `make deploy` again.")
