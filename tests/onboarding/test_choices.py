"""What the vendors offer: read live from both, without what cannot be read, and not again for every button."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from onboarding.choices import read_choices
from onboarding.choices_kept import KEPT_FOR, KeptChoices
from store.tables import Connection
from tests.onboarding.desk import Desk

NOBODY = "http://127.0.0.1:9"
"""Where nothing listens."""


@pytest.fixture
async def connection(desk: Desk) -> Connection:
    await desk.connect()
    return await desk.connection()


async def test_all_lists_are_read(desk: Desk, connection: Connection) -> None:
    choices = await read_choices(desk.parts, connection, with_postings=True)
    account = desk.lever_app.state.lever.account
    assert {stage.id for stage in choices.stages or ()} == set(account.stages)
    assert {reason.id for reason in choices.reasons or ()} == set(account.archive_reasons)
    visible = {one.id for one in account.postings.values() if one.confidentiality != "confidential"}
    assert {posting.id for posting in choices.postings or ()} == visible
    assert desk.people["admin"] in {user.id for user in choices.users or ()}
    assert "crosschq-engineer" in (choices.tags or ())
    assert choices.survey["software-engineer"].name
    assert choices.problems == ()


async def test_postings_are_read_only_when_wanted(desk: Desk, connection: Connection) -> None:
    assert (await read_choices(desk.parts, connection, with_postings=False)).postings is None


async def test_a_vendor_that_is_away_takes_nothing_from_the_other(desk: Desk, connection: Connection) -> None:
    connection.crosschq_url = NOBODY
    choices = await read_choices(desk.parts, connection, with_postings=False)
    assert (choices.surveys, choices.stages is None) == (None, False)
    (said,) = choices.problems
    assert said.startswith("Cannot be read: Crosschq's surveys. Crosschq: could not be reached")


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")  # of the sandbox, made to answer so
async def test_what_cannot_be_read_of_a_list_is_left_out_and_told(desk: Desk, connection: Connection) -> None:
    account = desk.lever_app.state.lever.account
    users, stages = len(account.users), len(account.stages)
    next(iter(account.users.values())).name = 7
    list(account.stages.values())[-1].text = 7
    choices = await read_choices(desk.parts, connection, with_postings=False)
    assert len(choices.stages or ()) == stages - 1
    assert 0 < len(choices.users or ()) < users
    assert choices.problems == (
        "1 of Lever's stages cannot be read and are left out.",
        "1 of Lever's users cannot be read and are left out.",
    )


async def test_a_refused_key_is_one_problem_for_all_of_a_vendor_s_lists(
    desk: Desk, connection: Connection
) -> None:
    connection.lever_key = desk.parts.vault.seal("revoked")
    (said,) = (await read_choices(desk.parts, connection, with_postings=False)).problems
    for what in ("stages", "users", "tags", "archive reasons"):
        assert f"Lever's {what}" in said
    assert "the API key was refused (401)" in said
    assert "revoked" not in said


async def test_a_vendor_that_never_answers_is_not_waited_for(desk: Desk, connection: Connection) -> None:
    choices = await read_choices(desk.parts, connection, with_postings=False, time_limit=0.0)
    assert (choices.stages, choices.surveys) == (None, None)
    (said,) = choices.problems
    assert "No answer within 0 seconds." in said


async def test_a_key_that_cannot_be_decrypted_is_a_problem(desk: Desk, connection: Connection) -> None:
    connection.lever_key = b"lost"
    choices = await read_choices(desk.parts, connection, with_postings=False)
    assert (choices.stages, choices.surveys) == (None, None)
    assert choices.problems[0].startswith("Neither vendor can be read.")


class Clock:
    now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


async def test_recent_choices_are_those_read_a_moment_ago(desk: Desk, connection: Connection) -> None:
    clock, kept = Clock(), KeptChoices()
    parts = replace(desk.parts, now=clock)
    first = await kept.fresh(parts, connection, with_postings=False)
    clock.now += KEPT_FOR
    assert await kept.recent(parts, connection, with_postings=False) is first
    clock.now += timedelta(seconds=1)
    assert await kept.recent(parts, connection, with_postings=False) is not first


async def test_another_key_or_a_wish_for_postings_is_read_anew(desk: Desk, connection: Connection) -> None:
    kept = KeptChoices()
    first = await kept.fresh(desk.parts, connection, with_postings=False)
    assert (await kept.recent(desk.parts, connection, with_postings=True)).postings
    connection.lever_key = desk.parts.vault.seal("lever-sandbox-key")
    again = await kept.recent(desk.parts, connection, with_postings=False)
    assert (again is not first, again.postings) == (True, None)


async def test_what_could_not_be_read_is_asked_again(desk: Desk, connection: Connection) -> None:
    kept = KeptChoices()
    right, connection.lever_url = connection.lever_url, f"{NOBODY}/v1"
    assert (await kept.recent(desk.parts, connection, with_postings=False)).problems
    connection.lever_url = right
    assert not (await kept.recent(desk.parts, connection, with_postings=False)).problems
