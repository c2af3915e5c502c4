"""Whether Lever takes the key, shows what we need, and still has the stages, user and reasons chosen. Only reads."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial

from pydantic import SecretStr

from lever.models import Opportunity
from onboarding.lever_account import LeverAccount, connected_as
from onboarding.self_test.findings import (
    REPLACE_KEY,
    Check,
    Finding,
    Group,
    Told,
    check,
    not_seen,
    ok,
    to_know,
    wrong,
)
from onboarding.self_test.scene import Scene
from outbound.errors import AccessDenied, CredentialsRefused, NotFound
from outbound.lists import listed

CREDENTIALS = "Lever, Settings > Integrations and API > API Credentials"

Read = Callable[[], Awaitable[object]]


class NobodyThere(Exception):  # noqa: N818 - says what was found
    """The account has no opportunity that the key may see, to read something of."""


def lever_checks(scene: Scene) -> list[Check]:
    return [
        check(Group.LEVER, "API key", partial(_key, scene)),
        *[_readable(name, read) for name, read in _reads(scene).items()],
        check(Group.LEVER, "Confidential access", partial(_confidential, scene)),
        check(Group.LEVER, "Account", partial(_account, scene)),
        check(Group.LEVER, "User for changes", partial(_user, scene)),
        Check(Group.LEVER, "Interview stages", partial(_stages, scene)),
        Check(Group.LEVER, "Archive reasons", partial(_reasons, scene)),
    ]


async def _key(scene: Scene) -> Told:
    try:
        await scene.lever.stages()
    except CredentialsRefused:
        return wrong(
            "Lever does not accept the API key: it is mistyped, or was deleted there.",
            f"Make a key in {CREDENTIALS}. {REPLACE_KEY}",
        )
    except AccessDenied:
        # It is one of Lever's keys; what it may not read is said by the checks that follow.
        pass
    return ok("Lever accepts the API key.")


def _reads(scene: Scene) -> dict[str, Read]:
    """One cheap GET of each endpoint that the flows read, by Lever's name of it."""
    lever, now = scene.lever, scene.parts.now()

    async def of_one(read: Callable[[str], AsyncIterator[object]]) -> object:
        one = await _first(lever.opportunities(limit=1))
        if not isinstance(one, Opportunity):
            raise NobodyThere
        return await _first(read(one.id))

    return {
        "opportunities": lambda: _first(lever.opportunities(limit=1)),
        "deleted opportunities": lambda: _first(lever.deleted_opportunities(now - timedelta(minutes=1), now)),
        "notes": lambda: of_one(lever.notes),
        "files": lambda: of_one(lever.files),
        "postings": lambda: _first(lever.postings()),
        "users": lambda: _first(lever.users()),
        "stages": lever.stages,
        "disposition stages": lever.disposition_stages,
        "archive reasons": lever.archive_reasons,
        "tags": lambda: _first(lever.tags()),
        "webhooks": lambda: _first(lever.webhooks()),
    }


def _readable(name: str, read: Read) -> Check:
    async def look() -> Told:
        try:
            await read()
        except AccessDenied:
            return wrong(
                f"The key may not read {name}.",
                f"Choose the endpoint for this key in {CREDENTIALS}, or make a key that has it.",
            )
        except NobodyThere:
            return not_seen(
                f"There is no opportunity yet to read {name} of.", "Check again when there is one."
            )
        return ok(f"The key may read {name}.")

    return check(Group.LEVER, f"May read {name}", look)


async def _first(items: AsyncIterator[object]) -> object:
    return await anext(items, None)


async def _confidential(scene: Scene) -> Told:
    try:
        await _first(scene.lever.opportunities(confidentiality="all", limit=1))
    except AccessDenied:
        return to_know(
            "The key was made without confidential access, so confidential candidates and postings stay unseen.",
            f"If references are wanted for them too, make a new key with that access in {CREDENTIALS}: "
            "it cannot be added to one that is there.",
        )
    return ok("The key sees confidential candidates and postings too.")


async def _account(scene: Scene) -> Told:
    one = scene.stored.connection
    account = LeverAccount.of(await listed(scene.lever.users(), lambda _: None))
    key = SecretStr(scene.parts.vault.open(one.lever_key))
    async with scene.parts.database.transaction() as session:
        other = await connected_as(session, scene.parts.vault, account, one.lever_url, key, one.id)
    if other is None:
        return ok("No other connection has this Lever account.")
    return to_know(
        f"Connection '{other}' has this Lever account too: a move to a stage of both is asked about by each.",
        "If that is not meant, pause one of them.",
    )


async def _user(scene: Scene) -> Told:
    again = "Choose an active user under 'Perform actions as (Lever user)' (perform_as) in its settings, and save them."
    if not scene.stored.connection.perform_as:
        return wrong("No user is chosen in whose name changes are made.", again)
    try:
        user = await scene.lever.user(scene.stored.connection.perform_as)
    except NotFound:
        return wrong("The user in whose name changes are made does not exist in Lever any more.", again)
    if not user.is_active:
        return wrong("The user in whose name changes are made is deactivated in Lever.", again)
    return ok("The user in whose name changes are made exists and is active.")


async def _stages(scene: Scene) -> Sequence[Finding]:
    known = {stage.id: stage for stage in await scene.lever.disposition_stages()}
    again = "Choose another Lever Interview Stage in its settings, and save them."
    findings: list[Finding] = []
    if not scene.stored.connection.trigger_stages:
        told = wrong("No stage is chosen, so no move leads to a request.", again.replace("another", "a"))
        return [Finding(Group.LEVER, "Interview stage", *told)]
    for wanted in scene.stored.connection.trigger_stages:
        stage = known.get(wanted)
        if stage is None:
            told = wrong(f"Lever has no stage '{wanted}' any more.", again)
        elif stage.is_lead:
            told = wrong(f"'{stage.text}' is a lead stage: its people have not applied.", again)
        else:
            told = ok(f"Stage '{stage.text}' exists and is not a lead stage.")
        findings.append(Finding(Group.LEVER, "Interview stage", *told))
    return findings


async def _reasons(scene: Scene) -> Sequence[Finding]:
    """Of those chosen for answers; none where the connection archives nobody."""
    connection = scene.stored.connection
    known = {reason.id: reason for reason in await scene.lever.archive_reasons()}
    findings: list[Finding] = []
    for answer, wanted, is_hired in (
        ("hired", connection.hired_reason, True),
        ("not hired", connection.not_hired_reason, False),
    ):
        if wanted is None:
            continue
        reason = known.get(wanted)
        if reason is None or not reason.is_active or reason.is_hired is not is_hired:
            told = wrong(
                f"The archive reason for the answer '{answer}' is gone, inactive or of the other kind in Lever.",
                "Choose another, and save the connection.",
            )
        else:
            told = ok(f"The archive reason '{reason.text}' for the answer '{answer}' exists.")
        findings.append(Finding(Group.LEVER, f"Archive reason: {answer}", *told))
    return findings
