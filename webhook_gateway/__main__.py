"""`python -m webhook_gateway`: the settings, then all the rest. Prefect makes a client when it is imported."""

import asyncio
import sys

from settings import SettingsError, load_settings

if __name__ == "__main__":
    try:
        settings = load_settings()
    except SettingsError as error:
        sys.exit(str(error))

    from store.pooler import SharedSessionsError
    from store.vault import VaultError
    from webhook_gateway.servers import CannotListen
    from webhook_gateway.serving import serve

    try:
        asyncio.run(serve(settings))
    except (SharedSessionsError, VaultError, CannotListen) as error:
        sys.exit(str(error))
