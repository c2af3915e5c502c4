"""Begins a connection on the pages: who the two accounts are, checked live, and its webhook addresses.

It is stored paused, as nothing is chosen yet: its settings are saved by `onboarding.connecting`, which ends the pause.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from crosschq.webhooks import AuthScheme
from onboarding.endpoint_tokens import check_webhook_token
from onboarding.keys_checking import (
    CrosschqAccess,
    LeverAccess,
    SeenAccount,
    WrongField,
    check_crosschq,
    check_lever,
    gather_wrong,
    refuse_same_account,
)
from onboarding.lever_account import LeverAccount
from onboarding.lever_events import LEVER_EVENTS
from onboarding.prospect_section import ProspectsPart
from onboarding.prospects import AgreedProspects, save_prospects
from onboarding.report_origins import report_origins
from onboarding.saving import ensure_endpoint, keep_token
from onboarding.sections import RequestsPart
from store.audits import Audits
from store.connections import Connections
from store.due import SNAPSHOT_EVENT
from store.tables import Connection, RequestTemplate, Vendor
from wiring import Parts

NOT_SET_UP = "Not set up yet: choose stages and templates in its settings."
LONGEST_NAME = 100


@dataclass(frozen=True)
class Beginning:
    name: str
    lever: LeverAccess
    crosschq: CrosschqAccess
    webhook_auth: AuthScheme
    webhook_token: SecretStr
    """Empty only where the scheme is none."""


class CannotBegin(Exception):  # noqa: N818 - says what is wrong
    """`wrong` says of each field why; nothing was stored."""

    def __init__(self, wrong: dict[str, str]) -> None:
        super().__init__(wrong)
        self.wrong = wrong


def is_set_up(connection: Connection, templates: Sequence[RequestTemplate]) -> bool:
    """Whether all is chosen that a request needs."""
    return bool(connection.trigger_stages and connection.perform_as and templates)


async def begin(parts: Parts, beginning: Beginning, who: str) -> int:
    """The new connection's id. Raises CannotBegin."""
    wrong = await _wrong_name(parts, beginning.name)
    try:
        check_webhook_token(beginning.webhook_auth, beginning.webhook_token)
    except WrongField as error:
        wrong[error.field] = error.why
    seen: list[SeenAccount] = []

    async def look() -> None:
        seen.append(await check_lever(parts, beginning.lever))

    wrong |= await gather_wrong(look(), check_crosschq(parts, beginning.crosschq))
    if wrong:
        raise CannotBegin(wrong)
    account = seen[0].account
    try:
        async with parts.database.transaction() as session:
            await refuse_same_account(session, parts.vault, beginning.lever, account)
            return await _store(session, parts, beginning, account, who)
    except WrongField as error:
        raise CannotBegin({error.field: error.why}) from None
    except IntegrityError:
        raise CannotBegin({"name": _taken(beginning.name)}) from None


async def _wrong_name(parts: Parts, name: str) -> dict[str, str]:
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        return {"name": f"Write a name of up to {LONGEST_NAME} characters: one connection per name."}
    async with parts.database.transaction() as session:
        is_taken = await Connections(session).named(name) is not None
    return {"name": _taken(name)} if is_taken else {}


def _taken(name: str) -> str:
    return f"There is a connection '{name}' already. Choose another name, or open that one."


async def _store(
    session: AsyncSession, parts: Parts, beginning: Beginning, account: LeverAccount, who: str
) -> int:
    connection = _row(parts, beginning, account)
    Connections(session).add(connection)
    await session.flush()
    for one in LEVER_EVENTS:
        await ensure_endpoint(session, connection.id, Vendor.LEVER, one.event)
    crosschq = await ensure_endpoint(session, connection.id, Vendor.CROSSCHQ, SNAPSHOT_EVENT)
    crosschq.auth_scheme = beginning.webhook_auth.value
    keep_token(crosschq, parts.vault, _or_none(beginning.webhook_token), parts.now())
    Audits(session).of_connection(
        connection.id,
        who=who,
        what="connection begun",
    )
    await save_prospects(session, connection.id, ProspectsPart(), AgreedProspects((), None), who)
    return connection.id


def _or_none(token: SecretStr) -> SecretStr | None:
    return token if token.get_secret_value() else None


def _row(parts: Parts, beginning: Beginning, account: LeverAccount) -> Connection:
    lever, crosschq = beginning.lever, beginning.crosschq
    return Connection(
        name=beginning.name,
        lever_url=lever.url,
        lever_key=parts.vault.seal(lever.key.get_secret_value()),
        lever_account=account.fingerprint,
        perform_as="",
        crosschq_url=crosschq.url,
        crosschq_key=parts.vault.seal(crosschq.key.get_secret_value()),
        crosschq_key_prefix=crosschq.prefix,
        trusted_origins=report_origins(crosschq.url),
        requestor_chain=[role.value for role in RequestsPart().requestor_chain],
        trigger_stages=[],
        live_since=parts.now(),
        paused_because=NOT_SET_UP,
    )
