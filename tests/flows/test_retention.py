"""After everything old was purged: reconcile, the vendors' Rerun and a replay write to no vendor, and ask nobody."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from flows.reconcile import Scope
from hiring.follow_ups import FollowUpState
from lever.signature import sign
from settings import REPLAY_MARGIN
from store.audits import PersonsWord
from store.outcome_tables import FollowUp, HiringOutcome
from store.replaying import NotReplayable, replay
from store.tables import Delivery, Effect, NewestMove, ReferenceRequest
from tasks.lost_endings import LOOK_BACK
from tasks.retention import in_batches, purges
from tests.flows.office import Office

pytestmark = pytest.mark.stack

AGES = timedelta(days=800)
MILLISECONDS = int(AGES.total_seconds() * 1000)

COLUMNS = text(
    """
    SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables USING (table_name)
    WHERE data_type = 'timestamp with time zone' AND table_type = 'BASE TABLE' AND columns.table_schema = 'public'
    """
)


async def ages_pass(office: Office, besides: tuple[str, ...] = ()) -> None:
    """As if all had happened so much earlier, in our database and in Lever; but for the columns `besides`."""
    async with office.parts.database.transaction() as session:
        for table, column in (await session.execute(COLUMNS)).all():
            if column not in besides:
                earlier = f'UPDATE "{table}" SET {column} = {column} - CAST(:ages AS interval)'  # noqa: S608 - ours
                await session.execute(text(earlier), {"ages": AGES})
    lever = office.lever_app.state.lever
    for opportunity in lever.account.opportunities.values():
        for change in opportunity.stage_changes:
            change.updated_at -= MILLISECONDS
        if opportunity.archived:
            opportunity.archived.archived_at -= MILLISECONDS
    tokens = {one.url: one.signature_token for one in lever.account.webhooks.values()}
    for sent in lever.outbox.log():
        body = json.loads(sent.body)
        body["triggeredAt"] -= MILLISECONDS
        body["signature"] = sign(tokens[sent.url], body["token"], body["triggeredAt"])
        sent.body = json.dumps(body).encode()


async def purge(office: Office) -> None:
    """Until nothing is left to do."""
    parts = office.parts
    while sum([await in_batches(parts.database, one) for one in purges(parts)]):
        pass


def writes(office: Office) -> list[tuple[str, str]]:
    """What any vendor was asked to change, so far."""
    ledgers = (office.lever_app.state.lever.ledger, office.crosschq_app.state.ledger)
    ours = [one for ledger in ledgers for one in ledger.calls() if not one.path.startswith("/sandbox")]
    return [(one.method, one.path) for one in ours if one.method != "GET"]


async def number(office: Office, *tables: Any) -> list[int]:
    async with office.parts.database.transaction() as session:
        return [(await session.scalars(select(func.count()).select_from(table))).one() for table in tables]


async def whole_story(office: Office) -> None:
    """Moved, asked, reported, hired: both systems show it, and nothing waits."""
    candidate, _ = await office.report_for()
    await office.archive(candidate)
    await office.work()


async def look_everywhere(office: Office) -> None:
    for scope in Scope:
        await office.reconcile(scope)
        await office.work()


async def rerun_all(office: Office) -> list[int | None]:
    """The vendors send each webhook once more; what they were answered."""
    log = []
    for outbox in (office.lever_app.state.lever.outbox, office.crosschq_app.state.outbox):
        log += outbox.log()
        for sent in outbox.log():
            outbox.rerun(sent.id)
        await outbox.idle()
    await office.work()
    return [one.tries[-1].status for one in log]


async def replay_all(office: Office) -> int:
    """A person replays everything there is; how many were refused."""
    refused, retention = 0, office.parts.settings.history_retention
    for one in await office.deliveries():
        try:
            async with office.parts.database.transaction() as session:
                word = PersonsWord("ada", "to be sure")
                await replay(session, one.id, word, office.parts.now(), retention)
        except NotReplayable:
            refused += 1
    await office.work()
    return refused


async def test_what_has_ended_goes_and_nothing_is_done_again(office: Office) -> None:
    await whole_story(office)
    await office.move(await office.lever.meet_candidate("no_template_tag"))
    await office.work()
    before = await number(office, ReferenceRequest, FollowUp, HiringOutcome)
    await ages_pass(office)
    await purge(office)
    assert await number(office, Delivery, Effect, NewestMove) == [0, 0, 2]
    assert await number(office, ReferenceRequest, FollowUp, HiringOutcome) == before == [1, 1, 1]
    done, mails = writes(office), len(office.mailbox.mails())
    await look_everywhere(office)
    # The candidate without a template still stands in the trigger stage: that move is no news, however old.
    assert await number(office, Delivery) == [0]
    answers = await rerun_all(office)
    assert answers.count(401) == len(office.lever_app.state.lever.outbox.log())
    await look_everywhere(office)
    assert await replay_all(office) == 0
    assert (writes(office), len(office.mailbox.mails())) == (done, mails)


async def test_a_replay_of_what_is_about_to_go_is_refused_and_does_nothing(office: Office) -> None:
    await whole_story(office)
    await ages_pass(office)
    done = writes(office)
    assert await replay_all(office) == len(await office.deliveries()) > 0
    assert writes(office) == done


@pytest.mark.parametrize("waits_for", ["the report", "the answer"])
async def test_what_waits_keeps_its_history_and_goes_on_once(office: Office, waits_for: str) -> None:
    if waits_for == "the report":
        candidate = await office.lever.meet_candidate()
        await office.move(candidate)
        await office.work()
    else:
        candidate, _ = await office.report_for()
    before = await number(office, Effect)
    await ages_pass(office, besides=("due_at",))
    await purge(office)
    assert await number(office, Effect) == before
    done = writes(office)
    await look_everywhere(office)
    await rerun_all(office)
    assert writes(office) == done
    if waits_for == "the report":
        request = await office.the_request(candidate)
        await office.act(request["id"], "self_reference", "add_references", *3 * ["answer_next"])
        await office.work()
    assert (await office.follow_up(candidate)).state is FollowUpState.WAITING
    await office.archive(candidate)
    await office.work()
    assert [note for note in await office.lever.notes(candidate["id"]) if note.startswith("Outcome:")] != []
    assert len(await office.crosschq.requests_for(candidate["email"])) == 1


def test_polling_looks_back_no_further_than_every_delivery_is_kept() -> None:
    assert LOOK_BACK < REPLAY_MARGIN
