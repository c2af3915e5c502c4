"""What each process of the stack finds in its environment: everything said outright, nothing of the user's own Prefect.

Secrets travel in the environment only, never in a command line, which every user of the machine can read.
"""

import os
from pathlib import Path

from pydantic import SecretStr

from settings import PREFIX, WARM, Settings

ROOT = Path(__file__).resolve().parent.parent
"""The checkout: `prefect.yaml` is read from here."""


def settings_environment(settings: Settings) -> dict[str, str]:
    """Every setting as `CROSSCHQ_LEVER_*`, paths absolute, the databases by their URLs, and no `.env` file.

    What is not set is left out.
    """
    plain = settings.model_dump(mode="json", exclude_none=True) | {"database_url": settings.store_url}
    if settings.prefect_api_url is None:
        # The worker has a temporary folder of its own, so it would look for the embedded PostgreSQL's socket elsewhere.
        plain["prefect_database_url"] = settings.prefect_store_url
    for name in plain:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            plain[name] = value.get_secret_value()
        elif isinstance(value, Path):
            plain[name] = value.resolve()
    return {f"{PREFIX}{name.upper()}": str(value) for name, value in plain.items()} | {
        f"{PREFIX}ENV_FILE": ""
    }


def prefect_client_environment(settings: Settings) -> dict[str, str]:
    """For everything that talks to Prefect's API: worker, registration, gateway and flow runs (prefect-facts A3, E).

    The worker takes nothing early. The warm one hears of what the gateway orders (store.run_orders), and asks for the
    rest each second: measured, that is 3 % of a core of Prefect's server when idle, where 0.2 s took 10 %. Results stay
    in memory: they would be files of ids beside the one store. A server is never started on the side.
    """
    return {
        "PREFECT_HOME": str(prefect_home(settings)),
        "PREFECT_API_URL": settings.api_url,
        "PREFECT_API_AUTH_STRING": settings.prefect_auth_string.get_secret_value(),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "true",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_WORKER_QUERY_SECONDS": "1" if settings.work_pool_type == WARM else "0.5",
        "PREFECT_WORKER_PREFETCH_SECONDS": "0",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
        "DO_NOT_TRACK": "1",
    }


def prefect_logging(settings: Settings) -> dict[str, str]:
    """For Prefect's processes: keys of Prefect's logging.yml, whose times have no date, and whose JSON is not ours.

    https://docs.prefect.io/v3/advanced/logging-customization
    """
    if settings.log_format == "text":
        return {"PREFECT_LOGGING_FORMATTERS_STANDARD_DATEFMT": "%Y-%m-%d %H:%M:%S"}
    return {
        "PREFECT_LOGGING_HANDLERS_CONSOLE_FORMATTER": "json",
        "PREFECT_LOGGING_FORMATTERS_JSON_CLASS": "logs.JsonLines",
    }


def prefect_home(settings: Settings) -> Path:
    """Prefect's own files, under `data_dir`: never the user's `~/.prefect`."""
    return settings.data_dir.resolve() / "prefect"


def process_environment(settings: Settings) -> dict[str, str]:
    """The whole environment of a process of ours: this machine's, our settings, and how to reach Prefect."""
    ours = settings_environment(settings) | prefect_client_environment(settings) | prefect_logging(settings)
    return inherited() | ours


def inherited() -> dict[str, str]:
    """This process's environment without what would steer ours: settings of ours or of Prefect."""
    return {name: value for name, value in os.environ.items() if not name.startswith((PREFIX, "PREFECT_"))}
