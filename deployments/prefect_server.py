"""How our Prefect server is started: one process on PostgreSQL, with its doors closed (docs/decisions/08 and 15).

Whoever reaches Prefect's API can run commands beside our keys (prefect-facts E), hence a password, CSRF tokens, no
foreign origins and loopback, in the demo too. Starts nothing itself.
"""

import sys
from pathlib import Path

from cryptography.fernet import Fernet

from deployments.environment import inherited, prefect_home, prefect_logging
from deployments.state_files import kept
from settings import Settings
from store.database import PREFECT_SERVER


def server_argv(settings: Settings) -> list[str]:
    """As Prefect's own command: https://docs.prefect.io/v3/how-to-guides/self-hosted/server-cli"""
    address = ["--host", settings.prefect_host, "--port", str(settings.prefect_port)]
    return [sys.executable, "-m", "deployments.prefect_process", "server", "start", *address]


def server_environment(settings: Settings) -> dict[str, str]:
    """https://docs.prefect.io/v3/advanced/security-settings and /v3/api-ref/settings-ref"""
    home = prefect_home(settings)
    return (
        inherited()
        | prefect_logging(settings)
        | {
            "PREFECT_HOME": str(home),
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": settings.prefect_store_url,
            "PREFECT_SERVER_DATABASE_SQLALCHEMY_POOL_SIZE": str(PREFECT_SERVER.kept),
            "PREFECT_SERVER_DATABASE_SQLALCHEMY_MAX_OVERFLOW": str(PREFECT_SERVER.extra),
            "PREFECT_SERVER_ENCRYPTION_KEY": encryption_key(home),
            "PREFECT_SERVER_API_AUTH_STRING": settings.prefect_auth_string.get_secret_value(),
            "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
            "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": "",
            "PREFECT_SERVER_UI_API_URL": "/api",  # CORS is closed, and 127.0.0.1 and localhost are two origins
            "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(home / "ui"),
            "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            **_retention(settings),
            "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",  # at INFO a line for each request
            "DO_NOT_TRACK": "1",
        }
    )


def _retention(settings: Settings) -> dict[str, str]:
    """https://docs.prefect.io/v3/advanced/database-maintenance: by default Prefect removes nothing but old events.

    `flow_runs` are terminal ones, with their task runs, states, inputs, logs and artifacts, and daily whatever of these
    has lost its run.
    """
    seconds = int(settings.prefect_retention.total_seconds())
    return {
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(seconds),
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"PT{seconds}S",  # unlike the other, no plain number
    }


def encryption_key(home: Path) -> str:
    """The key of what admins save in Prefect's blocks: made once, and kept out of the database it protects.

    Raises StateFileError.
    """
    home.mkdir(parents=True, exist_ok=True)
    return kept(home / "encryption.key", lambda: Fernet.generate_key().decode(), _is_fernet_key)


def _is_fernet_key(text: str) -> bool:
    try:
        Fernet(text)
    except ValueError:
        return False
    return True
