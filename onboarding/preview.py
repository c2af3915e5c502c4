"""What would happen if an opportunity moved to the first trigger stage now. Writes nothing, here or at a vendor."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from urllib.parse import unquote, urlsplit

from cleaning.text import trimmed
from hiring import notes
from hiring.candidacy import Candidacy
from hiring.decisions import CannotSend, Decision, Ignore, Mention, Send, Unexplained, decide
from hiring.templates import why_this_template
from lever.applied_posting import posting_of
from lever.candidacy import candidacy_of
from lever.client import LeverClient
from onboarding.previewed_fields import Field, fields_of
from outbound.errors import AccessDenied, CredentialsRefused, NotFound, UnreadableItems, VendorError
from store.connections import Connections
from store.policies import policy_from, previous_from
from store.requests import Requests
from store.requests_per_hour import Lately, RequestsPerHour
from store.tables import Connection
from store.vault import VaultError
from wiring import Parts

_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_BEFORE_THE_ID = ("candidates", "opportunities")


class NoPreview(Exception):  # noqa: N818 - says what happened
    """The message says why, and what to do."""


class Would(StrEnum):
    SEND = "A reference request would be sent."
    MENTION = "No request would be sent; a note on the profile would say why."
    CANNOT_SEND = "No request would be sent; a tag and a note on the profile would say what is missing."
    IGNORE = "Nothing would happen."


@dataclass(frozen=True)
class Preview:
    """`fields` are what would be sent, the candidate's own addresses masked; empty where nothing would be."""

    opportunity_id: str
    profile_url: str
    stage: str
    """The trigger stage that the move is imagined to."""
    stage_now: str
    would: Would
    why: str
    fields: tuple[Field, ...]
    but: tuple[str, ...]
    """What stands between this and its being done, as sentences."""


def opportunity_id_of(asked: str) -> str:
    """Of a profile's address in Lever, or the bare id. Raises NoPreview."""
    try:
        path = urlsplit(trimmed(asked)).path
    except ValueError:
        path = ""
    parts = [unquote(part) for part in path.split("/") if part]
    found = next((after for before, after in pairwise(parts) if before in _BEFORE_THE_ID), None)
    candidate = found or (parts[-1] if parts else "")
    if not _ID.fullmatch(candidate):
        raise NoPreview(
            "That is no opportunity. Paste the address of a candidate's profile in Lever, or the id in it."
        )
    return candidate


async def preview(parts: Parts, connection_id: int, asked: str) -> Preview:
    """Raises NoPreview."""
    opportunity_id = opportunity_id_of(asked)
    async with parts.database.transaction() as session:
        connection = await Connections(session).find(connection_id)
        if connection is None:
            raise NoPreview("There is no such connection.")
        if not connection.trigger_stages:
            raise NoPreview("The connection is not set up yet: choose stages and templates in its settings.")
        templates = await Connections(session).templates(connection_id)
        requests = await Requests(session).of_opportunity(connection_id, opportunity_id)
        lately = await RequestsPerHour(session).lately(connection, besides=opportunity_id)
    stage, candidacy = await _read(parts, connection, opportunity_id)
    now = parts.now()
    moved = replace(candidacy, stage_id=connection.trigger_stages[0], stage_name=stage, stage_since=now)
    decision = decide(moved, policy_from(connection, templates), previous_from(requests), now, now)
    would, why = _told(decision, candidacy)
    return Preview(
        opportunity_id=opportunity_id,
        profile_url=candidacy.profile_url,
        stage=stage,
        stage_now=candidacy.stage_name,
        would=would,
        why=why,
        fields=fields_of(decision) if isinstance(decision, Send) else (),
        but=_but(connection, would, lately),
    )


async def _read(parts: Parts, connection: Connection, opportunity_id: str) -> tuple[str, Candidacy]:
    """The first trigger stage's name, and the opportunity as Lever shows it now."""
    try:
        lever = parts.lever(connection)
    except VaultError as error:
        raise NoPreview(str(error)) from None
    try:
        names = {one.id: one.text for one in await lever.stages(skipped=_only_a_name)}
        stage = connection.trigger_stages[0]
        return names.get(stage, stage), await _candidacy(lever, opportunity_id)
    except CredentialsRefused:
        raise NoPreview("Lever does not accept the connection's API key: see its self-test.") from None
    except VendorError as error:
        raise NoPreview(f"Lever gave no usable answer: {error}.") from None
    finally:
        await lever.aclose()


def _only_a_name(_: UnreadableItems) -> None:
    """A stage that cannot be read is called by its id."""


async def _candidacy(lever: LeverClient, opportunity_id: str) -> Candidacy:
    try:
        opportunity = await lever.opportunity(opportunity_id)
    except NotFound:
        raise NoPreview(
            "This Lever account has no opportunity of that id. It may be deleted, or belong to another account."
        ) from None
    except AccessDenied:
        raise NoPreview(
            "The connection's key may not see this opportunity, so a move of it would lead to no request. It is "
            "confidential: only a key made with confidential access sees it."
        ) from None
    return candidacy_of(opportunity, await posting_of(lever, opportunity))


def _told(decision: Decision, candidacy: Candidacy) -> tuple[Would, str]:
    match decision:
        case Ignore(reason):
            return Would.IGNORE, reason
        case Mention(text):
            return Would.MENTION, text
        case Unexplained(tag):
            return Would.MENTION, notes.unexplained(tag)
        case CannotSend(problem):
            return Would.CANNOT_SEND, f"{problem[:1].upper()}{problem[1:]}"
        case Send():
            return Would.SEND, why_this_template(decision.template, candidacy)


def _but(connection: Connection, would: Would, lately: Lately) -> tuple[str, ...]:
    if would is Would.IGNORE:
        return ()
    if connection.paused_because:
        return (f"The connection is paused, so it would wait: {connection.paused_because}",)
    if connection.is_shadow:
        return ("The connection is in shadow mode, so it would only be said, in the list of deliveries.",)
    most = connection.most_per_hour
    if would is Would.SEND and most is not None and lately.number >= most:
        return (
            f"{lately.number} requests were sent within the last hour, and this connection sends {most} at most: it "
            "would be paused, and the request wait.",
        )
    return ()
