"""The one place that reads the environment; everything else is handed values.

Every setting is an environment variable `CROSSCHQ_LEVER_<NAME>` or a line of `.env` (documented in `.env.example`).
`CROSSCHQ_LEVER_ENV_FILE` names another file, or none when empty: the demo and the tests never read yours.
"""

import hashlib
import os
import re
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    Field,
    HttpUrl,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from cleaning.database_url import clean_database_url
from cleaning.email_address import NotAnAddress, clean_email
from cleaning.environment import UnfitVariable, clean_environment
from cleaning.issuer import clean_issuer
from cleaning.typed import typed_list, typed_value

PREFIX = "CROSSCHQ_LEVER_"

Port = Annotated[int, Field(ge=1, le=65535)]

SHORTEST_CODE = 8
"""Characters of the first run's code."""

REPLAY_MARGIN = timedelta(days=7)
"""What was recorded outlives the time in which its webhook would be accepted, and polling looks back, by so much."""

WARM: Literal["crosschq-lever-warm"] = "crosschq-lever-warm"
"""Our own worker type: flow runs inside one warm process."""
STOCK: Literal["process"] = "process"
"""Prefect's: an interpreter for each run."""


class SettingsError(Exception):
    """A setting is missing or wrong; the message names it and says what to write."""


class Settings(BaseSettings):
    """What an installation is told; times are ISO 8601 durations, addresses are those of this machine."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file_encoding="utf-8-sig", extra="ignore", frozen=True
    )

    secret_keys: SecretStr
    """Fernet keys, newest first, separated by commas: they encrypt API keys, tokens and webhook bodies."""

    data_dir: Path = Path("var")
    """Where the embedded PostgreSQL and the logs live."""
    database_url: str | None = None
    """Our PostgreSQL; without it the embedded one under `data_dir`."""
    prefect_database_url: str | None = None
    """Prefect's PostgreSQL; without it a second database of the embedded one."""

    log_format: Literal["text", "json"] = "text"
    """Of our own processes and Prefect's; PostgreSQL writes text."""
    log_max_bytes: int = Field(default=10_000_000, ge=10_000)
    """At this size a process's log file becomes an earlier one."""
    log_files: int = Field(default=5, ge=2, le=1000)
    """Files kept per process, the current one included."""
    log_retention: timedelta = Field(default=timedelta(days=30), ge=timedelta(days=1))
    """Lines older than this are removed, whatever the size."""

    public_base_url: HttpUrl = HttpUrl("http://127.0.0.1:8600")
    """How Lever and Crosschq reach the public port: https and your host name for real accounts."""
    public_host: str = "127.0.0.1"
    public_port: Port = 8600
    """Webhooks and answers only."""
    private_host: str = "127.0.0.1"
    private_port: Port = 8610
    """Health, readiness and metrics; never to be reachable from outside."""
    first_run_code: SecretStr = Field(default_factory=lambda: _new_code())
    """Sets the admin's password on the pages, as long as there is no admin. `make up` prints it."""
    private_base_url: HttpUrl | None = None
    """How browsers reach the private port, where that is not `private_host`:`private_port`."""
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    """None for a public client: PKCE is used in any case."""
    oidc_admins: str | None = None
    """E-mail addresses, separated by commas."""
    oidc_viewers: str | None = None
    """E-mail addresses, or `@domain` for everybody who has one there."""
    oidc_assume_verified: bool = False
    """Whether an e-mail address counts where the provider does not say that it is verified, as Microsoft Entra ID."""
    oidc_button: str = "Sign in with your organization"
    oidc_issuer: str | None = None
    """The OpenID Connect provider whose people may sign in as well; nobody without it. Last, as it needs the others."""
    trusted_proxies: str | None = None
    """Whose X-Forwarded-* headers count, separated by commas. Not set: 127.0.0.1's at the public port, nobody's at the
    private one."""
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

    allowed_hosts: str | None = None
    """Where a connection's Lever or Crosschq may be besides the vendors' own domains, separated by commas: host or
    host:port. Whoever sets up connections makes this machine call them."""

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

    notify_webhook_url: SecretStr | None = None
    """Where Prefect tells ops of failures, as `{"text": ...}`; it goes into an encrypted block of Prefect's."""
    notify_email: str | None = None
    """Whom Prefect writes of failures, through the mail server above. Without either nobody is told."""

    report_notes: Literal["secret", "open"] = "secret"
    """Who reads in Lever the note that comes with a report: those with Sensitive Information Privileges, or everybody
    who sees the profile."""

    delivery_retention: timedelta = Field(timedelta(days=30), gt=timedelta(0))
    """How old a signed webhook may be, and how long its body is kept after it was handled."""
    history_retention: timedelta = Field(timedelta(days=365), validate_default=True)
    """How long a delivery that has ended is kept with its effects: so long it can be replayed."""
    audit_retention: timedelta = Field(timedelta(days=730), gt=timedelta(0))
    """How long the audit is kept, but for what was done to a connection itself, which stays."""
    prefect_retention: timedelta = Field(default=timedelta(days=14), ge=timedelta(days=1))
    """How long our Prefect server keeps runs that are over, with their logs, artifacts and events."""

    give_up_after: timedelta = timedelta(hours=72)
    """How long a delivery is tried again before a person must look at it."""
    run_silence: timedelta = timedelta(seconds=30)
    """A run at work says that it lives three times as often; after so long without it counts as dead."""

    @field_validator("*", mode="before")
    @classmethod
    def _trimmed(cls, value: object, field: ValidationInfo) -> object:
        # A password may begin or end with a blank.
        return value if field.field_name == "smtp_password" else typed_value(value)

    @field_validator("log_format", "work_pool_type", "smtp_security", "report_notes", mode="before")
    @classmethod
    def _in_small_letters(cls, value: object) -> object:
        # Whoever knows it as STARTTLS writes it so.
        return value.lower() if isinstance(value, str) else value

    @field_validator("database_url", "prefect_database_url")
    @classmethod
    def _is_a_database(cls, value: str | None) -> str | None:
        return None if value is None or not value.strip() else clean_database_url(value)

    @field_validator("first_run_code")
    @classmethod
    def _is_hard_to_guess(cls, value: SecretStr) -> SecretStr:
        code = value.get_secret_value().strip()
        if code and len(code) < SHORTEST_CODE:
            raise ValueError(
                f"write at least {SHORTEST_CODE} characters, or take the line out: then `make up` prints a new code"
            )
        # Blank is not set: whoever sent the form with a blank code would become the admin.
        return SecretStr(code) if code else _new_code()

    @field_validator("allowed_hosts")
    @classmethod
    def _names_hosts(cls, value: str | None) -> str | None:
        if not all(
            re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?", one) for one in typed_list(value)
        ):
            raise ValueError("write hosts, or host:port, separated by commas")
        return value

    @field_validator("notify_webhook_url")
    @classmethod
    def _is_web_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("https://", "http://")):
            raise ValueError("write the whole address, as in https://hooks.example.com/your-own")
        return value

    @field_validator("notify_email")
    @classmethod
    def _has_mail_server(cls, value: str | None, others: ValidationInfo) -> str | None:
        if value is None:
            return None
        if not others.data.get("smtp_host"):
            raise ValueError(f"no mail server would send it: set {PREFIX}SMTP_HOST, too")
        if re.fullmatch(r"[!-?A-~]+@[A-Za-z0-9-]+", value):  # at a host of this network, without a domain
            return value
        try:
            return clean_email(value)
        except NotAnAddress as error:
            raise ValueError(
                f"the address {error.reason}; write one plain address, as in ops@example.com"
            ) from None

    @field_validator("history_retention")
    @classmethod
    def _outlives_the_webhook(cls, value: timedelta, others: ValidationInfo) -> timedelta:
        least = others.data.get("delivery_retention", timedelta(0)) + REPLAY_MARGIN
        if value < least:
            raise ValueError(
                f"write {least.days} days or more ({PREFIX}DELIVERY_RETENTION and {REPLAY_MARGIN.days} days): "
                "otherwise a webhook that is sent again would be taken for a new one"
            )
        return value

    @field_validator("prefect_auth_string")
    @classmethod
    def _has_user_and_password(cls, value: SecretStr) -> SecretStr:
        user, _, password = value.get_secret_value().partition(":")
        if not user or not password:
            raise ValueError("write it as user:password")
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _has_what_it_needs(cls, value: str | None, others: ValidationInfo) -> str | None:
        if not value:
            return None
        issuer = clean_issuer(value)
        if not (issuer.startswith("https://") or _is_on_this_machine(issuer)):
            raise ValueError("write it as the provider does, beginning with https://")
        if not others.data.get("oidc_client_id"):
            raise ValueError(f"set {PREFIX}OIDC_CLIENT_ID, too: what the provider calls this installation")
        if not (others.data.get("oidc_admins") or others.data.get("oidc_viewers")):
            raise ValueError(f"name in {PREFIX}OIDC_ADMINS or {PREFIX}OIDC_VIEWERS who may sign in")
        return issuer

    @property
    def pages_url(self) -> str:
        """Where the pages of the private port are for a browser, without a slash at the end."""
        given = self.private_base_url or f"http://{self.private_host}:{self.private_port}"
        return str(given).rstrip("/")

    @property
    def api_url(self) -> str:
        """Prefect's API as our processes reach it."""
        return self.prefect_api_url or f"http://{self.prefect_host}:{self.prefect_port}/api"

    @property
    def socket_dir(self) -> Path:
        """The embedded PostgreSQL's Unix socket folder: in `data_dir` where its path is short and plain enough.

        The same for every process, whatever its TMPDIR.
        """
        beside = str(self.data_dir.resolve() / "socket")
        # The kernel takes 107 bytes with the socket's own name, and the path is part of a database URL.
        if len(beside) + len("/.s.PGSQL.5432") <= 107 and re.fullmatch(r"[A-Za-z0-9._/-]+", beside):
            return Path(beside)
        name = hashlib.sha256(str(self.data_dir.resolve()).encode()).hexdigest()[:12]
        return Path("/tmp") / f"crosschq-lever-{name}"  # noqa: S108 - made for its user alone, else refused

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


def _new_code() -> SecretStr:
    return SecretStr(secrets.token_hex(6))


def _is_on_this_machine(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")


def _hosts_of(settings: Settings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ours, and others that we call."""
    addresses = (settings.prefect_api_url, settings.oidc_issuer, *typed_list(settings.allowed_hosts))
    ours = (settings.public_host, settings.private_host, settings.prefect_host)
    return ours, tuple(_host_of(one) for one in addresses if one)


def _host_of(address: str) -> str:
    return urlsplit(address if "://" in address else f"//{address}").hostname or ""


def load_settings() -> Settings:
    """Reads the environment and the `.env` file, and makes the environment fit for libraries.

    Raises SettingsError with one line per wrong setting, or naming a variable.
    """
    try:
        settings = Settings(_env_file=os.environ.get(f"{PREFIX}ENV_FILE", ".env") or None)
    except ValidationError as error:
        wrong = [f"  {PREFIX}{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
        raise SettingsError(
            "The settings are not complete. Write these into .env (see .env.example):\n" + "\n".join(wrong)
        ) from None
    prepare_environment(settings)
    return settings


def prepare_environment(settings: Settings | None = None) -> None:
    """Change this process's environment before it makes a client or starts a process: proxies, certificates.

    A company's proxy must not be asked for our own addresses: it would get Prefect's password, and cannot reach
    loopback. A Prefect elsewhere is the administrator's choice. Raises SettingsError.
    """
    ours, elsewhere = _hosts_of(settings) if settings else ((), ())
    try:
        changes = clean_environment(os.environ, ours, elsewhere)
    except UnfitVariable as error:
        raise SettingsError(f"In this process's environment {error}.") from None
    for name, value in changes.items():
        os.environ.pop(name, None) if value is None else os.environ.update({name: value})
