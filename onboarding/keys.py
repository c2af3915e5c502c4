"""Replaces a vendor's key, prefix or address of a connection: the new one is checked before the old one goes.

Deliveries that waited because the old one was refused go on. Shows no key.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from onboarding.hosts import has_moved
from onboarding.keys_checking import (
    CrosschqAccess,
    LeverAccess,
    SeenAccount,
    WrongField,
    check_crosschq,
    check_lever,
    refuse_same_account,
)
from onboarding.pausing import go_on
from onboarding.report_origins import report_origins
from onboarding.webhook_ids import forget_those_of_another_key
from store.audits import Audits
from store.connections import Connections
from store.tables import Connection, Vendor
from store.vault import VaultError
from wiring import Parts


async def replace_lever(parts: Parts, connection: Connection, typed: LeverAccess, who: str) -> None:
    """An empty key keeps the present one. Raises WrongField; then nothing is changed."""
    is_new_key = bool(typed.key.get_secret_value())
    sealed = connection.lever_key
    key = typed.key if is_new_key else _present(parts, Vendor.LEVER, sealed, connection.lever_url, typed.url)
    access = replace(typed, key=key)
    seen = await check_lever(parts, access)
    _check_account(connection, seen)

    async def check(session: AsyncSession) -> None:
        if not seen.account.is_of(connection):
            await refuse_same_account(session, parts.vault, access, seen.account, connection.id)

    def change(row: Connection) -> None:
        row.lever_account = seen.account.fingerprint
        row.lever_url = typed.url
        row.lever_key = parts.vault.seal(key.get_secret_value()) if is_new_key else row.lever_key

    changed = _words(key=_is_another(parts, sealed, key), url=typed.url != connection.lever_url)
    await _store(parts, connection.id, Vendor.LEVER, change, changed, who, check)


async def replace_crosschq(parts: Parts, connection: Connection, typed: CrosschqAccess, who: str) -> None:
    """As `replace_lever`. From another host reports are taken too, and still from where they came before."""
    is_new_key = bool(typed.key.get_secret_value())
    sealed, before = connection.crosschq_key, connection.crosschq_url
    key = typed.key if is_new_key else _present(parts, Vendor.CROSSCHQ, sealed, before, typed.url)
    await check_crosschq(parts, CrosschqAccess(typed.url, key, typed.prefix))

    def change(row: Connection) -> None:
        if has_moved(before, typed.url):
            row.trusted_origins = sorted({*row.trusted_origins, *report_origins(typed.url)})
        row.crosschq_url, row.crosschq_key_prefix = typed.url, typed.prefix
        row.crosschq_key = parts.vault.seal(key.get_secret_value()) if is_new_key else row.crosschq_key

    is_new_prefix = typed.prefix != connection.crosschq_key_prefix
    changed = _words(key=_is_another(parts, sealed, key), url=typed.url != before, prefix=is_new_prefix)
    await _store(parts, connection.id, Vendor.CROSSCHQ, change, changed, who)


def is_refused(paused_because: str | None, vendor: Vendor) -> bool:
    """Whether the connection is paused as this vendor refused its key: outbound.answers words it so."""
    said = paused_because or ""
    return said.startswith(f"{vendor.value.capitalize()}, ") and "refused (401)" in said


def _present(parts: Parts, vendor: Vendor, sealed: bytes, before: str, after: str) -> SecretStr:
    """The stored key, for its own host only: it is not shown to another one."""
    field = f"{vendor.value}_key"
    if before != after and has_moved(before, after):
        raise WrongField(field, "Another host needs its own key: write it too.")
    try:
        return SecretStr(parts.vault.open(sealed))
    except VaultError:
        raise WrongField(field, "The stored key cannot be decrypted any more: write it once more.") from None


def _check_account(connection: Connection, seen: SeenAccount) -> None:
    chosen = set(connection.trigger_stages)
    if chosen and not chosen & seen.stages and connection.perform_as not in seen.account.users:
        raise WrongField(
            "lever_key",
            "This key is of another Lever account: it has neither the connection's stages nor its user. Make a new "
            "connection for that account.",
        )


async def _store(
    parts: Parts,
    connection_id: int,
    vendor: Vendor,
    change: Callable[[Connection], None],
    changed: str,
    who: str,
    check: Callable[[AsyncSession], Awaitable[None]] | None = None,
) -> None:
    """`changed` in words; empty where the stored key was only tried again. What `check` raises keeps all as it is."""
    async with parts.database.transaction() as session:
        row = await Connections(session).locked(connection_id)
        if check:
            await check(session)
        url_before, key_before = row.lever_url, row.lever_key
        change(row)
        await forget_those_of_another_key(session, parts.vault, row, url_before, key_before)
        # One that was never set up stays paused: without stages, all of Lever's opportunities would be looked at.
        ended = row.paused_because if row.trigger_stages and is_refused(row.paused_because, vendor) else None
        if ended:
            await go_on(session, row)
        _tell_the_audit(session, connection_id, who, vendor, changed, ended)


def _tell_the_audit(
    session: AsyncSession, connection_id: int, who: str, vendor: Vendor, changed: str, ended: str | None
) -> None:
    """`ended`: why the connection was paused until now."""
    replaced = f"replaced {vendor.value.capitalize()}'s {changed}" if changed else None
    paused = f"ended the connection's pause ({ended})" if ended else None
    for what in filter(None, (replaced, paused)):
        Audits(session).of_connection(connection_id, who=who, what=what)


def _is_another(parts: Parts, sealed: bytes, key: SecretStr) -> bool:
    """Also where the stored one cannot be decrypted any more."""
    try:
        return parts.vault.open(sealed) != key.get_secret_value()
    except VaultError:
        return True


def _words(**changed: bool) -> str:
    return ", ".join(name for name, is_new in changed.items() if is_new)
