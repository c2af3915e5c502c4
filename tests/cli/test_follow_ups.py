"""`follow-ups` lists who is asked when, and takes a person's word on it; the audit says who said so, and why."""

import getpass
import json
from datetime import UTC, datetime, timedelta

import pytest

from hiring.follow_ups import FollowUpState
from hiring.outcomes import Outcome
from store.database import Database
from store.outcome_tables import FollowUp
from store.tables import Delivery
from store.vault import Vault
from tests.cli.rows import audits
from tests.cli.terminal import Terminal
from tests.cli.test_deliveries import ids, row_of, rows
from tests.factories import Connected, connect
from tests.store.waits import arm, begin, end, get, hand_over, void_runs

Inbox = tuple[Database, Vault, Terminal]

WHY = "The owner asked for it [/today]."
IN_MAY = datetime(2099, 5, 1, 9, 30, tzinfo=UTC)
CHANGES: list[list[object]] = [["cancel"], ["postpone", "--days", 3], ["ask-now"]]
SMALL = timedelta(minutes=1)


@pytest.fixture
async def connected(inbox: Inbox) -> Connected:
    database, vault, _ = inbox
    return await connect(database, vault)


async def test_open_ones_are_rows_the_next_due_first(inbox: Inbox, connected: Connected) -> None:
    database, _, terminal = inbox
    later = await begin(database, connected, "opportunity-1", IN_MAY + timedelta(days=1))
    sooner = await begin(database, connected, "opportunity-2", IN_MAY)
    await end(database, (await begin(database, connected, "opportunity-3")).id)
    said = await terminal.said("follow-ups")
    assert ids(said) == [sooner.id, later.id]
    assert row_of(said, sooner.id) == [
        str(sooner.id), "opportunity-2", "waiting", "2099-05-01 09:30", "the owner is asked", "", "",
    ]  # fmt: skip


async def test_who_was_asked_is_shown_as_a_role_and_what_comes_next(
    inbox: Inbox, connected: Connected
) -> None:
    database, _, terminal = inbox
    asked = await begin(database, connected)
    await change(database, asked.id, state=FollowUpState.ASKED, asked_role="The opportunity's owner")
    cells = row_of(await terminal.said("follow-ups"), asked.id)
    assert cells[2] == "asked"
    assert cells[4:6] == ["a reminder, or the end without an answer", "The opportunity's owner"]


async def test_answers_and_contradictions_are_remarked(inbox: Inbox, connected: Connected) -> None:
    database, _, terminal = inbox
    answered = await begin(database, connected)
    await change(
        database, answered.id, state=FollowUpState.ANSWERED, answer=Outcome.NOT_HIRED, contradicted_at=IN_MAY
    )
    cells = row_of(await terminal.said("follow-ups"), answered.id)
    assert (cells[2], cells[4]) == ("answered", "the answer is passed on")
    assert cells[6] == "contradictory answers within seconds, answered: not hired"


async def test_ended_shows_what_is_over_and_why_the_newest_first(inbox: Inbox, connected: Connected) -> None:
    database, _, terminal = inbox
    for number in range(1, 4):
        await begin(database, connected, f"opportunity-{number}")
    await end(database, 1, "No answer [/b].")
    await end(database, 2, "Answered: hired.")
    said = await terminal.said("follow-ups", "--ended")
    assert ids(said) == [2, 1]
    over = await get(database, 1)
    assert row_of(said, 1)[2:5] == ["ended", f"{over.ended_at:%Y-%m-%d %H:%M}", "No answer [/b]."]


async def test_limit_says_how_many(inbox: Inbox, connected: Connected) -> None:
    database, _, terminal = inbox
    for number in range(1, 4):
        await begin(database, connected, f"opportunity-{number}", IN_MAY + timedelta(days=number))
    said = await terminal.said("follow-ups", "--limit", 2)
    assert ids(said) == [1, 2]
    assert "There are more: --limit shows them." in said
    assert "more" not in await terminal.said("follow-ups", "--limit", 3)
    assert "--limit" in await terminal.refusal("follow-ups", "--limit", 0, exit_code=2)


async def test_without_a_mail_server_it_is_said_that_questions_wait_for_it(
    inbox: Inbox, connected: Connected
) -> None:
    database, _, terminal = inbox
    one = await begin(database, connected, due_at=IN_MAY)
    commands: list[list[object]] = [["follow-ups"], ["follow-ups", "ask-now", one.id, "--reason", WHY]]
    for words in commands:
        assert "write CROSSCHQ_LEVER_SMTP_HOST into .env" in (await terminal.run(*words)).stderr
    terminal.set("smtp_host", "mail.test")
    for words in commands:
        assert (await terminal.run(*words)).stderr == ""


async def test_nothing_to_list_is_an_empty_table(inbox: Inbox) -> None:
    _, _, terminal = inbox
    assert ids(await terminal.said("follow-ups")) == []


async def test_a_narrow_terminal_cuts_no_id_short(inbox: Inbox, connected: Connected) -> None:
    database, _, terminal = inbox
    opportunity = "5f0a1c9e-1f2e-4b2e-9d53-0c1d2e3f4a5b"
    await begin(database, connected, opportunity)
    terminal.narrow()
    cells = rows(await terminal.said("follow-ups"))
    assert "".join(row[1] for row in cells) == opportunity


async def test_cancelled_it_ends_and_its_run_is_void(inbox: Inbox, connected: Connected) -> None:
    database, _, terminal = inbox
    waiting = await begin(database, connected)
    await arm(database, "run-1")
    said = await terminal.said("follow-ups", "cancel", waiting.id, "--reason", WHY)
    assert said == f"Follow-up {waiting.id}: cancelled.\n"
    ended = await get(database, waiting.id)
    assert (ended.state, ended.ended_because) == (
        FollowUpState.ENDED,
        f"Cancelled by a person: {WHY}",
    )
    assert await void_runs(database) == {waiting.id: ["run-1"]}


async def test_postponed_it_is_due_so_much_later_than_it_would_be(inbox: Inbox, connected: Connected) -> None:
    database, _, terminal = inbox
    waiting = await begin(database, connected, due_at=IN_MAY)
    await arm(database, "run-1")
    said = await terminal.said("follow-ups", "postpone", waiting.id, "--days", 1.5, "--reason", WHY)
    assert said == f"Follow-up {waiting.id}: postponed to 2099-05-02 21:30 UTC.\n"
    later = await get(database, waiting.id)
    assert (later.state, later.generation) == (FollowUpState.WAITING, 2)
    assert later.due_at == IN_MAY + timedelta(days=1.5)
    assert await void_runs(database) == {waiting.id: ["run-1"]}


async def test_postponed_when_it_was_due_already_the_time_counts_from_now(
    inbox: Inbox, connected: Connected
) -> None:
    database, _, terminal = inbox
    now = datetime.now(UTC)
    waiting = await begin(database, connected, due_at=now - timedelta(days=9))
    await terminal.said("follow-ups", "postpone", waiting.id, "--days", 2, "--reason", WHY)
    assert abs((await get(database, waiting.id)).due_at - now - timedelta(days=2)) < SMALL


@pytest.mark.parametrize(
    ("state", "then"),
    [
        (FollowUpState.WAITING, "the owner is asked"),
        (FollowUpState.ASKED, "a reminder, or the end without an answer"),
        (FollowUpState.ANSWERED, "the answer is passed on"),
    ],
)
async def test_asked_now_what_is_next_is_due_now(
    inbox: Inbox, connected: Connected, state: FollowUpState, then: str
) -> None:
    database, _, terminal = inbox
    waiting = await begin(database, connected)
    await change(database, waiting.id, state=state, answer=Outcome.HIRED, answered_at=IN_MAY)
    said = await terminal.said("follow-ups", "ask-now", waiting.id, "--reason", WHY)
    assert said == f"Follow-up {waiting.id}: due now: {then}.\n"
    changed = await get(database, waiting.id)
    assert (changed.state, changed.generation, changed.answer) == (state, 2, Outcome.HIRED)
    assert isinstance(await hand_over(database, waiting.id, 2), Delivery)


async def test_asked_now_one_that_has_ended_begins_anew_with_the_question(
    inbox: Inbox, connected: Connected
) -> None:
    database, _, terminal = inbox
    waiting = await begin(database, connected)
    await change(database, waiting.id, answer=Outcome.NOT_HIRED, answered_at=IN_MAY)
    await end(database, waiting.id, "Answered: not hired.")
    said = await terminal.said("follow-ups", "ask-now", waiting.id, "--reason", WHY)
    assert said == f"Follow-up {waiting.id}: due now: the owner is asked.\n"
    again = await get(database, waiting.id)
    assert (again.state, again.answer, again.answered_at) == (FollowUpState.WAITING, None, None)
    assert (again.ended_because, again.ended_at) == (None, None)
    assert isinstance(await hand_over(database, waiting.id, 2), Delivery)


async def test_a_persons_word_voids_what_a_flow_has_in_hand(inbox: Inbox, connected: Connected) -> None:
    database, _, terminal = inbox
    waiting = await begin(database, connected, due_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert isinstance(await hand_over(database, waiting.id), Delivery)
    await terminal.said("follow-ups", "postpone", waiting.id, "--days", 7, "--reason", WHY)
    assert (await get(database, waiting.id)).delivery_id is None


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (CHANGES[0], "cancelled"),
        (CHANGES[1], "postponed to 2099-05-04 09:30 UTC"),
        (CHANGES[2], "due now: the owner is asked"),
    ],
)
async def test_the_audit_says_who_and_why(
    inbox: Inbox, connected: Connected, words: list[object], what: str
) -> None:
    database, _, terminal = inbox
    waiting = await begin(database, connected, due_at=IN_MAY)
    await terminal.said("follow-ups", words[0], waiting.id, *words[1:], "--reason", WHY)
    (audit,) = await audits(database)
    assert (audit.what, audit.subject, audit.why) == (what, f"follow-up:{waiting.id}", WHY)
    assert (audit.who, audit.connection_id) == (f"command line, {getpass.getuser()}", connected.connection.id)


@pytest.mark.parametrize(
    ("words", "done", "state"),
    [
        (CHANGES[0], "cancelled", "ended"),
        (CHANGES[1], "postponed to 2099-05-04 09:30 UTC", "waiting"),
        (CHANGES[2], "due now: the owner is asked", "waiting"),
    ],
)
async def test_json_says_what_was_done_and_how_it_is_now(
    inbox: Inbox, connected: Connected, words: list[object], done: str, state: str
) -> None:
    database, _, terminal = inbox
    waiting = await begin(database, connected, due_at=IN_MAY)
    said = await terminal.said("follow-ups", words[0], waiting.id, *words[1:], "--reason", WHY, "--json")
    told = json.loads(said)
    assert (told["id"], told["done"], told["state"]) == (waiting.id, done, state)
    assert told["due_at"] == (await get(database, waiting.id)).due_at.isoformat()
    refused = await terminal.refusal("follow-ups", "cancel", 404, "--reason", WHY, "--json")
    assert "There is no follow-up 404" in refused


async def test_the_list_as_json_has_the_same_names(inbox: Inbox, connected: Connected) -> None:
    database, _, terminal = inbox
    waiting = await begin(database, connected, due_at=IN_MAY)
    [listed] = json.loads(await terminal.said("follow-ups", "--json"))
    assert (listed["id"], listed["next"]) == (waiting.id, "the owner is asked")
    told = json.loads(await terminal.said("follow-ups", "ask-now", waiting.id, "--reason", WHY, "--json"))
    assert told.keys() == {"done", *listed}


@pytest.mark.parametrize("words", CHANGES[:2])
async def test_what_has_ended_is_neither_cancelled_nor_postponed(
    inbox: Inbox, connected: Connected, words: list[object]
) -> None:
    database, _, terminal = inbox
    waiting = await begin(database, connected)
    await end(database, waiting.id, "No answer.")
    said = await terminal.refusal("follow-ups", words[0], waiting.id, *words[1:], "--reason", WHY)
    assert said == f"Follow-up {waiting.id} has ended: No answer.\n"
    kept = await get(database, waiting.id)
    assert (kept.state, kept.generation, kept.ended_because) == (FollowUpState.ENDED, 1, "No answer.")
    assert await audits(database) == []


@pytest.mark.parametrize("words", CHANGES)
async def test_one_that_does_not_exist_is_refused_with_where_to_look(
    inbox: Inbox, words: list[object]
) -> None:
    _, _, terminal = inbox
    said = await terminal.refusal("follow-ups", words[0], 404, *words[1:], "--reason", WHY)
    assert said == "There is no follow-up 404: see `crosschq-lever follow-ups`.\n"


@pytest.mark.parametrize(
    "words",
    [
        ["cancel", 1],
        ["cancel", 1, "--reason", " "],
        ["cancel", "--reason", WHY],
        ["cancel", "one", "--reason", WHY],
        ["postpone", 1, "--reason", WHY],
        ["postpone", 1, "--days", 0, "--reason", WHY],
        ["postpone", 1, "--days", -1, "--reason", WHY],
        ["postpone", 1, "--days", "nan", "--reason", WHY],
        ["postpone", 1, "--days", "soon", "--reason", WHY],
        ["ask-now", 1],
        ["ask-now", 1, "--days", 1, "--reason", WHY],
        ["answer", 1, "--reason", WHY],
    ],
)
async def test_words_that_do_not_belong_together_are_refused(
    inbox: Inbox, connected: Connected, words: list[object]
) -> None:
    database, _, terminal = inbox
    await begin(database, connected)
    assert "Error" in await terminal.refusal("follow-ups", *words, exit_code=2)
    kept = await get(database, 1)
    assert (kept.state, kept.generation) == (FollowUpState.WAITING, 1)


async def change(database: Database, follow_up_id: int, **values: object) -> None:
    """What a flow or the owner does meanwhile."""
    async with database.transaction() as session:
        found = await session.get_one(FollowUp, follow_up_id)
        for name, value in values.items():
            setattr(found, name, value)


async def test_an_open_question_is_ordered_again_and_nothing_moves(
    inbox: Inbox, connected: Connected
) -> None:
    database, _, terminal = inbox
    one = await begin(database, connected, due_at=IN_MAY)
    assert "no question is open" in await terminal.refusal(
        "follow-ups", "send-again", one.id, "--reason", WHY
    )
    await change(database, one.id, state=FollowUpState.ASKED, link_generation=1)
    for number in (1, 2):
        said = json.loads(await terminal.said("follow-ups", "send-again", one.id, "--reason", WHY, "--json"))
        assert (said["done"], said["state"]) == (f"ordered the question again, mail {number}", "asked")
    assert (await get(database, one.id)).due_at == IN_MAY
    assert [audit.why for audit in await audits(database)] == [WHY, WHY]
