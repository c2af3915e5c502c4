"""Rows as an admin's set-up would make them, for tests that begin where that ends."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from pydantic import SecretStr

from lever.webhooks import (
    CANDIDATE_ARCHIVE_CHANGE,
    CANDIDATE_DELETED,
    CANDIDATE_HIRED,
    CANDIDATE_STAGE_CHANGE,
)
from settings import Settings
from store.database import Database
from store.tables import Connection, RequestTemplate, Vendor, WebhookEndpoint
from store.vault import Vault

LEVER_EVENTS = (CANDIDATE_STAGE_CHANGE, CANDIDATE_HIRED, CANDIDATE_ARCHIVE_CHANGE, CANDIDATE_DELETED)
STAGE = "stage-crosschq"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def settings_at(folder: Path, database_url: str | None = None, **more: Any) -> Settings:
    """Of a process that works in `folder` and meets no Prefect."""
    return Settings(
        _env_file=None,
        data_dir=folder,
        secret_keys=SecretStr(Fernet.generate_key().decode()),
        prefect_auth_string=SecretStr("not:used"),
        database_url=database_url,
        **more,
    )


def vault_of(*keys: str) -> Vault:
    """Newest first, with the ring of an installation that these keys made digests and links for until now."""
    return Vault(keys, Vault(keys).derived_ring())


@dataclass(frozen=True)
class Connected:
    """A connection with its endpoints and what their senders must know."""

    connection: Connection
    lever_endpoints: dict[str, WebhookEndpoint]
    """By Lever's name of the event."""
    crosschq: WebhookEndpoint
    lever_tokens: dict[str, str]
    crosschq_token: str

    @property
    def lever(self) -> WebhookEndpoint:
        """The stage change's."""
        return self.lever_endpoints[CANDIDATE_STAGE_CHANGE]

    @property
    def lever_token(self) -> str:
        """The stage change's."""
        return self.lever_tokens[CANDIDATE_STAGE_CHANGE]


async def connect(database: Database, vault: Vault, **changes: object) -> Connected:
    """A live connection; `changes` are columns of it."""
    tokens = {event: secrets.token_hex(24) for event in LEVER_EVENTS}
    crosschq_token = secrets.token_urlsafe(24)
    columns: dict[str, object] = {
        "name": secrets.token_hex(4),
        "lever_url": "https://lever.test/v1",
        "lever_key": vault.seal("lever-key"),
        "perform_as": "user-integration",
        "crosschq_url": "https://crosschq.test",
        "crosschq_key": vault.seal("crosschq-key"),
        "crosschq_key_prefix": "",
        "trusted_origins": ["https://*.crosschq.com"],
        "requestor_chain": ["owner", "posting_owner"],
        "trigger_stages": [STAGE],
        "live_since": LONG_AGO,
    }
    connection = Connection(**{**columns, **changes})
    async with database.transaction() as session:
        session.add(connection)
        await session.flush()
        lever = {
            event: _endpoint(connection, Vendor.LEVER, event, vault.seal_list([token]))
            for event, token in tokens.items()
        }
        crosschq = _endpoint(connection, Vendor.CROSSCHQ, "snapshot", vault.seal_list([crosschq_token]))
        crosschq.auth_scheme = "token"
        session.add_all([*lever.values(), crosschq])
    return Connected(connection, lever, crosschq, tokens, crosschq_token)


async def add_template(database: Database, connection: Connection, **changes: object) -> RequestTemplate:
    """A template for the tag `crosschq-engineer`; `changes` are columns of it."""
    columns: dict[str, object] = {
        "name": "Engineers",
        "description": "",
        "survey": "software-engineer",
        "lever_tag": "crosschq-engineer",
        "counts": {"managers": 2, "peers": 1},
        "position": None,
        "is_fallback": False,
    }
    template = RequestTemplate(connection_id=connection.id, **{**columns, **changes})
    async with database.transaction() as session:
        session.add(template)
    return template


def _endpoint(connection: Connection, vendor: Vendor, event: str, sealed: bytes) -> WebhookEndpoint:
    return WebhookEndpoint(
        connection_id=connection.id,
        vendor=vendor,
        event=event,
        url_key=secrets.token_urlsafe(32),
        secrets=sealed,
    )
