"""Asks both vendors whether they take a key, and show what the flows read. Stores nothing, and shows no key."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

import crosschq.client
import lever.client
from crosschq.webhooks import is_presentable
from lever.auth import api_key
from lever.client import LeverClient
from onboarding.hosts import HostRefused, check_base_url
from onboarding.lever_account import LeverAccount, connected_as, same_account_problem
from outbound.errors import (
    AccessDenied,
    CredentialsRefused,
    NotFound,
    Refused,
    UnreadableItems,
    VendorError,
)
from outbound.limiter import Unlimited
from outbound.lists import readable
from store.tables import Vendor
from store.vault import Vault
from wiring import Parts

LIVE_LEVER = "https://api.lever.co/v1"
LIVE_CROSSCHQ = "https://partner.crosschq.com"
LONGEST = 2000
"""Characters of a key or an address; real ones have a tenth."""


class WrongField(Exception):  # noqa: N818 - says what is wrong
    """What was typed into `field` cannot be used; the message says why, and quotes no secret."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(field, why)
        self.field = field
        self.why = why


@dataclass(frozen=True)
class LeverAccess:
    url: str
    key: SecretStr
    allow_same_account: bool = False
    """Whether another connection may have the same account."""


@dataclass(frozen=True)
class CrosschqAccess:
    url: str
    key: SecretStr
    prefix: str
    """What stands before the key: one of crosschq.dialect.AUTHORIZATION_PREFIXES."""


@dataclass(frozen=True)
class SeenAccount:
    """What a Lever key shows of which account it is: the ids of its stages, and its users."""

    stages: frozenset[str]
    account: LeverAccount


async def check_lever(parts: Parts, access: LeverAccess) -> SeenAccount:
    """Raises WrongField for "lever_url" or "lever_key"."""
    _check(parts, Vendor.LEVER, access.url, access.key)
    client = lever.client.connect(access.url, api_key(access.key.get_secret_value()), Unlimited())
    try:
        stages = frozenset(stage.id for stage in await client.disposition_stages(_enough_is_left))
        denied = [name for name, read in _reads(client).items() if await _is_denied(read)]
        if denied:
            raise WrongField(
                "lever_key",
                f"The key may not read {', '.join(denied)}. In Lever, Settings > Integrations and API > API "
                "Credentials, choose these endpoints for it, or make a key that has them.",
            )
        users = [user async for user in readable(client.users(), _enough_is_left)]
        return SeenAccount(stages, LeverAccount.of(users))
    except VendorError as error:
        raise _told(Vendor.LEVER, access.key, error) from None
    finally:
        await client.aclose()


async def refuse_same_account(
    session: AsyncSession,
    vault: Vault,
    access: LeverAccess,
    account: LeverAccount,
    besides: int | None = None,
) -> None:
    """Raises WrongField for "lever_key" where another connection has the account, unless that is meant."""
    if access.allow_same_account:
        return
    name = await connected_as(session, vault, account, access.url, access.key, besides)
    if name is not None:
        raise WrongField(
            "lever_key", same_account_problem(name, "tick 'Connect it all the same' and paste the key again")
        )


async def check_crosschq(parts: Parts, access: CrosschqAccess) -> None:
    """Raises WrongField for "crosschq_url" or "crosschq_key"."""
    _check(parts, Vendor.CROSSCHQ, access.url, access.key)
    try:
        client = crosschq.client.connect(
            access.url, access.key.get_secret_value(), access.prefix, Unlimited()
        )
    except ValueError as error:
        raise WrongField("crosschq_key", f"{error}.") from None
    try:
        await client.account_config()
        await client.surveys(_enough_is_left)
    except VendorError as error:
        raise _told(Vendor.CROSSCHQ, access.key, error) from None
    finally:
        await client.aclose()


def _check(parts: Parts, vendor: Vendor, url: str, key: SecretStr) -> None:
    try:
        check_base_url(url, vendor, parts.settings.allowed_hosts)
    except HostRefused as error:
        raise WrongField(f"{vendor.value}_url", str(error)) from None
    value = key.get_secret_value()
    if not value:
        raise WrongField(f"{vendor.value}_key", f"Paste the key that {vendor.value.capitalize()} shows.")
    if len(value) > LONGEST or not is_presentable(value):
        raise WrongField(
            f"{vendor.value}_key", "A key has no blanks and no odd characters: copy it once more."
        )


def _reads(client: LeverClient) -> dict[str, Callable[[], Awaitable[object]]]:
    """What no connection works without."""
    return {
        "opportunities": lambda: _first(client.opportunities(limit=1)),
        "postings": lambda: _first(client.postings()),
        "users": lambda: _first(client.users()),
        "archive reasons": client.archive_reasons,
        "tags": lambda: _first(client.tags()),
    }


def _enough_is_left(_: UnreadableItems) -> None:
    """The key works, and one account has few ids in common with another."""


async def _first(items: AsyncIterator[object]) -> object:
    return await anext(items, None)


async def _is_denied(read: Callable[[], Awaitable[object]]) -> bool:
    try:
        await read()
    except AccessDenied:
        return True
    return False


def _told(vendor: Vendor, key: SecretStr, error: VendorError) -> WrongField:
    name = vendor.value.capitalize()
    said = f" {name} says: {error.reason}" if isinstance(error, Refused) and error.reason else ""
    said = _without(key, said)
    match error:
        case CredentialsRefused():
            return WrongField(
                f"{vendor.value}_key", f"{name} does not accept this key: copy it once more.{said}"
            )
        case AccessDenied():
            return WrongField(
                f"{vendor.value}_key",
                f"The key may not do this: {error}. Give it this permission in {name}.{said}",
            )
        case NotFound():
            return WrongField(f"{vendor.value}_url", f"{name}'s API is not at this address (404).{said}")
    return WrongField(f"{vendor.value}_url", f"No usable answer came from this address. {error}.{said}")


def _without(key: SecretStr, said: str) -> str:
    """A vendor may quote in its refusal what it was shown: the key, or the header that Basic makes of it."""
    value = key.get_secret_value()
    header = base64.b64encode(f"{value}:".encode()).decode()
    return said.replace(value, "...").replace(header, "...")


async def gather_wrong(*checks: Awaitable[object]) -> dict[str, str]:
    """All checks at once; what is wrong by field."""
    answers = await asyncio.gather(*checks, return_exceptions=True)
    wrong: dict[str, str] = {}
    for answer in answers:
        if isinstance(answer, WrongField):
            wrong[answer.field] = answer.why
        elif isinstance(answer, BaseException):
            raise answer
    return wrong
