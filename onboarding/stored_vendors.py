"""The sections `[lever]` and `[crosschq]` of a stored connection. A secret that cannot be unsealed is left out."""

from collections.abc import Iterable

from pydantic import SecretStr

from onboarding.stored_policies import Section
from store.due import SNAPSHOT_EVENT
from store.tables import Connection, WebhookEndpoint
from store.vault import Vault, VaultError


def lever_section(connection: Connection, vault: Vault) -> Section:
    return {
        "url": connection.lever_url,
        **_secret("api_key", connection.lever_key, vault),
        "perform_as": connection.perform_as,
        "trigger_stages": list(connection.trigger_stages),
    }


def crosschq_section(connection: Connection, endpoints: Iterable[WebhookEndpoint], vault: Vault) -> Section:
    endpoint = next((one for one in endpoints if one.event == SNAPSHOT_EVENT), None)
    return {
        "url": connection.crosschq_url,
        **_secret("api_key", connection.crosschq_key, vault),
        "key_prefix": connection.crosschq_key_prefix,
        # Not "none" where nothing is known: that would open the endpoint to everybody.
        "webhook_auth": (endpoint and endpoint.auth_scheme) or "token",
        **_first_token(endpoint, vault),
        "trusted_origins": list(connection.trusted_origins),
    }


def _secret(key: str, sealed: bytes, vault: Vault) -> Section:
    try:
        return {key: SecretStr(vault.open(sealed))}
    except VaultError:
        return {}


def _first_token(endpoint: WebhookEndpoint | None, vault: Vault) -> Section:
    """The present one: as a new one it would change nothing."""
    if endpoint is None or endpoint.secrets is None:
        return {}
    try:
        return {"webhook_token": SecretStr(vault.open_list(endpoint.secrets)[0])}
    except VaultError:
        return {}
