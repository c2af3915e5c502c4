"""Makes Lever's webhooks through its API (lever.md 6.2), each with its token stored at once. Leaves others' alone."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from lever.client import LeverClient
from onboarding.lever_events import LEVER_EVENTS
from onboarding.saving import ensure_endpoint
from onboarding.webhook_making import Making
from onboarding.webhook_plan import Step, plan
from outbound.errors import OutcomeUnknown, VendorError
from store.audits import Audits
from store.connections import Connections
from store.tables import Connection, Vendor, WebhookEndpoint
from wiring import Parts


class WebhookNotMadeError(Exception):
    """The connection is stored, but not all is done in Lever; the message says what is not, why and what to do."""


def address(base: str, endpoint: WebhookEndpoint) -> str:
    """Where the vendor sends to; `base` is our public address without a slash at its end."""
    return f"{base}/webhooks/{endpoint.vendor.value}/{endpoint.url_key}"


def left_as_they_are(titles: Sequence[str]) -> str:
    """To the admin, of those that `make_webhooks` left."""
    return (
        f"Left as it is: {', '.join(titles)}. A token is stored, and Lever's list does not show the webhook: it was "
        "made by hand, or with another key. To have it made here, delete it in Lever, then make these webhooks anew "
        "with the button on the connection's page."
    )


async def make_webhooks(
    parts: Parts, connection_id: int, who: str, *, anew: bool = False, base: str | None = None
) -> list[str]:
    """One webhook for each of LEVER_EVENTS, of a stored connection; returns the titles of those left as they are.

    With `anew` all are replaced: each gets another token, and none is closed on the way. `base`: another public
    address than ours in the settings. Raises WebhookNotMadeError, or VaultError for a lost key.
    """
    async with _alone(parts, connection_id):
        connection, endpoints = await _rows(parts, connection_id)
        client = parts.lever(connection)
        try:
            steps = await _planned(client, endpoints, base or str(parts.settings.public_base_url), anew=anew)
            if any(step and step.changes_something for step in steps.values()):
                await _audit(parts, connection_id, who, anew=anew)
            await _carry_out(Making(parts, client, connection), [step for step in steps.values() if step])
        finally:
            await client.aclose()
    return [title for title, step in steps.items() if step is None]


@asynccontextmanager
async def _alone(parts: Parts, connection_id: int) -> AsyncIterator[None]:
    """Two at once would both find none, and make each twice. A database connection of its own, without any row's lock:
    whoever waited for that while Lever answers slowly would think that the database is away.
    """
    async with parts.database.transaction() as session:
        if not await Connections(session).may_make_webhooks(connection_id):
            raise WebhookNotMadeError(
                "The connection is stored. Somebody else is making its webhooks in Lever just now: look again in a "
                "minute."
            )
        yield


async def _rows(parts: Parts, connection_id: int) -> tuple[Connection, dict[str, WebhookEndpoint]]:
    """The connection, and an endpoint by each of Lever's events."""
    async with parts.database.transaction() as session:
        connection = await Connections(session).locked(connection_id)
        endpoints = {
            one.event: await ensure_endpoint(session, connection_id, Vendor.LEVER, one.event)
            for one in LEVER_EVENTS
        }
    return connection, endpoints


async def _planned(
    client: LeverClient, endpoints: Mapping[str, WebhookEndpoint], base: str, *, anew: bool
) -> dict[str, Step | None]:
    """By the webhook's title; None: left as it is."""
    try:
        known = [webhook async for webhook in client.webhooks()]
    except VendorError as error:
        raise _not_made("Lever webhooks", error) from error
    wanted = [(one.title, endpoints[one.event]) for one in LEVER_EVENTS]
    return {
        title: plan(title, endpoint, address(base.rstrip("/"), endpoint), known, anew=anew)
        for title, endpoint in wanted
    }


async def _audit(parts: Parts, connection_id: int, who: str, *, anew: bool) -> None:
    """Before the first is made: also what is broken off has changed something."""
    what = "had the webhooks made in Lever anew" if anew else "had the webhooks made in Lever"
    async with parts.database.transaction() as session:
        Audits(session).of_connection(connection_id, who=who, what=what)


async def _carry_out(making: Making, steps: Sequence[Step]) -> None:
    """Ends at the first that cannot be made. An old one that stays is no reason to leave another one missing."""
    left_over: dict[str, VendorError] = {}
    for step in steps:
        try:
            if step.needs_new:
                await making.make_new(step)
        except VendorError as error:
            raise _not_made(f"Lever webhook '{step.title}'", error) from error
        try:
            await making.delete_old(step)
        except VendorError as error:
            left_over[step.title] = error
    if left_over:
        raise _told_twice(left_over)


def _not_made(what: str, error: VendorError) -> WebhookNotMadeError:
    words = f"The connection is stored, but its {what} could not be made. {error}. "
    if not isinstance(error, OutcomeUnknown):
        return WebhookNotMadeError(
            f"{words}Then press the button on the connection's page again, or connect its file again."
        )
    return WebhookNotMadeError(
        f"{words}It may be there all the same: look in Lever, Settings > Integrations and API > Webhooks, whether it "
        "has one too many to this address. Then make these webhooks anew with the button on the connection's page, or "
        "connect its file again: that replaces it."
    )


def _told_twice(left_over: Mapping[str, VendorError]) -> WebhookNotMadeError:
    """They are made: whoever is told that they are not would look for what is missing."""
    return WebhookNotMadeError(
        f"Lever's webhooks are made, but an old one could not be deleted: {', '.join(left_over)}. "
        f"{next(iter(left_over.values()))}. Until it is deleted, Lever tells everything of it twice, which does no "
        "harm: the second time is recognised. Press 'Create the webhooks in Lever' on the connection's page once more, "
        "or connect its file again: that deletes it. Or delete it in Lever."
    )
