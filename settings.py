"""The one place that reads the environment; everything else is handed values.

Every setting is an environment variable `CROSSCHQ_LEVER_<NAME>` or a line of `.env` (documented in `.env.example`).
`CROSSCHQ_LEVER_ENV_FILE` names another file, or none when empty: the demo and the tests never read yours.
"""

import hashlib
import os
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, HttpUrl, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "CROSSCHQ_LEVER_"

Port = Annotated[int, Field(ge=1, le=65535)]

WARM: Literal["crosschq-lever-warm"] = "crosschq-lever-warm"
"""Our own worker type: flow runs inside one warm process."""
STOCK: Literal["process"] = "process"
"""Prefect's: an interpreter for each run."""


class SettingsError(Exception):
    """A setting is missing or wrong; the message names it and says what to write."""


class Settings(BaseSettings):
    """What an installation is told; times are ISO 8601 durations, addresses are those of this machine."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    secret_keys: SecretStr
    """Fernet keys, newest first, separated by commas: they encrypt API keys, tokens and webhook bodies."""

    data_dir: Path = Path("var")
    """Where the embedded PostgreSQL and the logs live."""
    database_url: str | None = None
    """Our PostgreSQL; without it the embedded one under `data_dir`."""
    prefect_database_url: str | None = None
    """Prefect's PostgreSQL; without it a second database of the embedded one."""

    public_base_url: HttpUrl = HttpUrl("http://127.0.0.1:8600")
    """How Lever and Crosschq reach the public port: https and your host name for real accounts."""
    public_host: str = "127.0.0.1"
    public_port: Port = 8600
    """Webhooks and answers only."""
    private_host: str = "127.0.0.1"
    private_port: Port = 8610
    """Health, readiness and metrics; never to be reachable from outside."""
    trusted_proxies: str = "127.0.0.1"
    """Whose X-Forwarded-* headers count, separated by commas."""
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    """Only where no proxy in front ends TLS."""

    prefect_host: str = "127.0.0.1"
    prefect_port: Port = 4200
    prefect_api_url: str | None = None
    """A Prefect server of your own; without it ours is started on `prefect_host`:`prefect_port`."""
    prefect_auth_string: SecretStr
    """`user:password` of Prefect's API and UI: whoever has it can run code beside our keys."""
    work_pool: str = "crosschq-lever"
    work_pool_type: Literal["crosschq-lever-warm", "process"] = WARM
    """Whose worker serves the pool: ours, or Prefect's stock one. A pool that is there keeps its type."""
    worker_grace: timedelta = timedelta(seconds=30)
    """How long a worker that is stopped lets its runs end before it hands them back."""
    worker_metrics_port: Port | None = None
    """Where the warm worker shows its metrics, on 127.0.0.1; nowhere without it."""

    smtp_host: str | None = None
    """The mail server for the question to a candidate's owner; without one nobody is asked."""
    smtp_port: Port = 587
    smtp_security: Literal["plain", "starttls", "tls"] = "starttls"
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_ca_file: Path | None = None
    """PEM, where the server's certificate is vouched for by nobody this machine trusts."""
    mail_from: str = "Crosschq for Lever <no-reply@localhost>"
    """The sender: an address, or `Name <address>`."""

    delivery_retention: timedelta = timedelta(days=30)
    """How old a signed webhook may be, and how long its body is kept after it was handled."""
    give_up_after: timedelta = timedelta(hours=72)
    """How long a delivery is tried again before a person must look at it."""
    run_silence: timedelta = timedelta(seconds=30)
    """A run at work says that it lives three times as often; after so long without it counts as dead."""

    @field_validator("database_url", "prefect_database_url")
    @classmethod
    def _names_the_driver(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith("postgresql+asyncpg://"):
            raise ValueError("write it as postgresql+asyncpg://user:password@host/database")
        return value

    @field_validator("prefect_auth_string")
    @classmethod
    def _has_user_and_password(cls, value: SecretStr) -> SecretStr:
        user, _, password = value.get_secret_value().partition(":")
        if not user or not password:
            raise ValueError("write it as user:password")
        return value

    @property
    def api_url(self) -> str:
        """Prefect's API as our processes reach it."""
        return self.prefect_api_url or f"http://{self.prefect_host}:{self.prefect_port}/api"

    @property
    def socket_dir(self) -> Path:
        """The embedded PostgreSQL's Unix socket folder, one per `data_dir`: short, as the kernel allows 107 bytes."""
        name = hashlib.sha256(str(self.data_dir.resolve()).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"crosschq-lever-{name}"

    @property
    def store_url(self) -> str:
        """Our database, as SQLAlchemy wants it."""
        return self.database_url or self._embedded("crosschq_lever")

    @property
    def prefect_store_url(self) -> str:
        """Prefect's database, as SQLAlchemy wants it."""
        return self.prefect_database_url or self._embedded("prefect")

    def _embedded(self, database: str) -> str:
        return f"postgresql+asyncpg://postgres@/{database}?host={self.socket_dir}"


def load_settings() -> Settings:
    """Reads the environment and the `.env` file; raises SettingsError with one line per wrong setting."""
    try:
        return Settings(_env_file=os.environ.get(f"{PREFIX}ENV_FILE", ".env") or None)
    except ValidationError as error:
        wrong = [f"  {PREFIX}{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
        raise SettingsError(
            "The settings are not complete. Write these into .env (see .env.example):\n" + "\n".join(wrong)
        ) from None
