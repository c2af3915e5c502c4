"""Stores a connection, its endpoints and its templates; saving the same blueprint again changes nothing."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr
from sqlalchemy import null
from sqlalchemy.ext.asyncio import AsyncSession

from onboarding.blueprint import Blueprint, BlueprintError
from onboarding.checks import Agreed
from onboarding.fields import SHORTEST_TOKEN, TOO_SHORT
from onboarding.lever_account import connected_as, same_account_problem
from onboarding.lever_events import LEVER_EVENTS
from onboarding.prospects import save_prospects
from onboarding.sections import FollowUpPart, TemplatePart
from onboarding.webhook_ids import forget_those_of_another_key
from store.audits import Audits
from store.connections import Connections, Endpoints
from store.deliveries import Deliveries
from store.due import SNAPSHOT_EVENT
from store.prospect_switches import Switches
from store.tables import Connection, RequestTemplate, Vendor, WebhookEndpoint
from store.vault import Vault, VaultError
from store.webhook_tokens import Tokens


class ChangedMeanwhile(Exception):  # noqa: N818 - says what it is
    """The connection is not any more what the admin has seen, so nothing was stored."""


@dataclass(frozen=True)
class Saved:
    connection: Connection
    lever: dict[str, WebhookEndpoint]
    """One for each of LEVER_EVENTS, by Lever's name of the event."""
    crosschq: WebhookEndpoint
    switches: Switches


async def save(
    session: AsyncSession,
    vault: Vault,
    blueprint: Blueprint,
    agreed: Agreed,
    who: str,
    now: datetime,
    unchanged_since: datetime | None = None,
) -> Saved:
    """Creates or updates the connection of that name, and takes it out of a pause.

    Raises ChangedMeanwhile, or BlueprintError: another connection has the same Lever account, or a token is too short.
    """
    connection = await Connections(session).named(blueprint.name) or Connection(name=blueprint.name)
    if unchanged_since and connection.updated_at != unchanged_since:
        raise ChangedMeanwhile
    is_new = connection.id is None
    url_before, key_before = connection.lever_url, connection.lever_key
    if is_new or not agreed.account.is_of(connection):
        await _refuse_same_account(session, vault, blueprint, agreed, connection.id)
    _describe(connection, vault, blueprint, agreed)
    Connections(session).add(connection)
    await session.flush()
    if not is_new:
        await forget_those_of_another_key(session, vault, connection, url_before, key_before)
    await Deliveries(session).count_anew(connection.id)
    await Connections(session).replace_templates(
        connection.id, [_template(connection.id, part) for part in blueprint.templates]
    )
    lever = {
        one.event: await ensure_endpoint(session, connection.id, Vendor.LEVER, one.event)
        for one in LEVER_EVENTS
    }
    crosschq = await ensure_endpoint(session, connection.id, Vendor.CROSSCHQ, SNAPSHOT_EVENT)
    _check_tokens(blueprint, lever, crosschq, vault, now)
    for event, token in blueprint.lever.tokens.items():
        keep_token(lever[event], vault, token, now)
    crosschq.auth_scheme = blueprint.crosschq.webhook_auth
    keep_token(crosschq, vault, blueprint.crosschq.webhook_token, now)
    Audits(session).of_connection(
        connection.id,
        who=who,
        what="connection created" if is_new else "connection saved",
    )
    switches = await save_prospects(session, connection.id, blueprint.prospects, agreed.prospects, who)
    await session.flush()
    return Saved(connection, lever, crosschq, switches)


async def _refuse_same_account(
    session: AsyncSession, vault: Vault, blueprint: Blueprint, agreed: Agreed, connection_id: int | None
) -> None:
    lever = blueprint.lever
    if lever.allow_same_account:
        return
    name = await connected_as(session, vault, agreed.account, lever.url, lever.api_key, connection_id)
    if name is not None:
        raise BlueprintError(
            same_account_problem(
                name, "write allow_same_account = true under [lever], or run this with --allow-same-account"
            )
        )


def _check_tokens(
    blueprint: Blueprint,
    lever: Mapping[str, WebhookEndpoint],
    crosschq: WebhookEndpoint,
    vault: Vault,
    now: datetime,
) -> None:
    """Raises BlueprintError for new ones that are too short; those that are stored already stay good."""
    given = [
        (f"lever.{one.token_setting}", lever[one.event], blueprint.lever.tokens[one.event])
        for one in LEVER_EVENTS
    ]
    given.append(("crosschq.webhook_token", crosschq, blueprint.crosschq.webhook_token))
    short = [name for name, endpoint, token in given if token and is_too_short(token, endpoint, vault, now)]
    if short:
        lines = [f"  {name}: {TOO_SHORT}: choose a long random one." for name in short]
        raise BlueprintError("\n".join(["A token is too short:", *lines]))


def is_too_short(token: SecretStr, endpoint: WebhookEndpoint, vault: Vault, now: datetime) -> bool:
    """Unless it is good already."""
    value = token.get_secret_value()
    return 0 < len(value) < SHORTEST_TOKEN and value not in readable_tokens(endpoint, vault).good(now)


def keep_token(
    endpoint: WebhookEndpoint,
    vault: Vault,
    token: SecretStr | None,
    now: datetime,
    lever_webhook_id: str | None = None,
) -> None:
    """Puts a new token first; the one before it is good for a while longer. None changes no token."""
    tokens = readable_tokens(endpoint, vault)
    if token is not None:
        value = token.get_secret_value()
        if [value] != tokens.present:
            endpoint.lever_webhook_id = lever_webhook_id
        tokens = tokens.with_new(value, now)
    tokens.store_in(endpoint, vault)


def readable_tokens(endpoint: WebhookEndpoint, vault: Vault) -> Tokens:
    """None once the key they were encrypted under is gone: saving the connection anew is the way out of that."""
    try:
        return Tokens.of(endpoint, vault)
    except VaultError:
        return Tokens([])


def _describe(connection: Connection, vault: Vault, blueprint: Blueprint, agreed: Agreed) -> None:
    lever, crosschq, requests = blueprint.lever, blueprint.crosschq, blueprint.requests
    connection.lever_url = lever.url
    connection.lever_key = vault.seal(lever.api_key.get_secret_value())
    connection.lever_account = agreed.account.fingerprint
    connection.perform_as = agreed.perform_as
    connection.crosschq_url = crosschq.url
    connection.crosschq_key = vault.seal(crosschq.api_key.get_secret_value())
    connection.crosschq_key_prefix = crosschq.key_prefix
    connection.trusted_origins = crosschq.trusted_origins
    connection.requestor_chain = [role.value for role in requests.requestor_chain]
    connection.fallback_requestor = requests.fallback_requestor
    connection.trigger_stages = agreed.trigger_stages
    connection.stage_names = agreed.stage_names
    connection.live_since = blueprint.live_since
    connection.ask_again_after_days = requests.ask_again_after_days
    # A file that says nothing of them ends no shadow mode and lifts no limit that was set on the pages.
    if "shadow" in requests.model_fields_set:
        connection.is_shadow = requests.shadow
    if "most_per_hour" in requests.model_fields_set:
        connection.most_per_hour = requests.most_per_hour
    connection.paused_because = None
    connection.hired_reason = agreed.hired_reason
    connection.not_hired_reason = agreed.not_hired_reason
    _describe_follow_up(connection, blueprint.follow_up)


def _describe_follow_up(connection: Connection, follow_up: FollowUpPart) -> None:
    connection.follow_up_after = follow_up.after
    # Said outright: a None that is left out of the INSERT would be the column's default, a week.
    connection.remind_after = follow_up.remind_after if follow_up.remind_after is not None else null()
    connection.settle_after = follow_up.settle_after
    connection.fallback_asked = follow_up.fallback_asked
    connection.archived_is_not_hired = follow_up.archived_means_not_hired
    connection.crosschq_takes_outcomes = follow_up.crosschq_takes_outcomes


async def ensure_endpoint(
    session: AsyncSession, connection_id: int, vendor: Vendor, event: str
) -> WebhookEndpoint:
    """The connection's for the event; made, with an address of its own, when there is none yet."""
    known = await Endpoints(session).of_connection(connection_id)
    for endpoint in known:
        if endpoint.event == event:
            return endpoint
    made = WebhookEndpoint(
        connection_id=connection_id, vendor=vendor, event=event, url_key=secrets.token_urlsafe(32)
    )
    Endpoints(session).add(made)
    return made


def _template(connection_id: int, part: TemplatePart) -> RequestTemplate:
    return RequestTemplate(
        connection_id=connection_id,
        name=part.name,
        description=part.description,
        survey=part.survey,
        lever_tag=part.lever_tag,
        counts=part.references,
        position=part.order,
        is_fallback=part.fallback,
    )
