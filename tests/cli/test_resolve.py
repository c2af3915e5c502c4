"""`resolve` takes a person's word on what stayed unknown or was given up; the audit says who said so, and why."""

import asyncio
import getpass

import pytest
from sqlalchemy import text, update

from hiring.follow_ups import FollowUpState
from store.database import Database
from store.requests import Requests
from store.tables import Delivery, DeliveryState, RequestState
from store.vault import Vault
from tests.cli.rows import audits, delivery_in, new_request, request_in, second_request
from tests.cli.terminal import Terminal
from tests.factories import connect
from tests.store.inbox import claim, row
from tests.store.reservations import get, reserve
from tests.store.waits import begin, end, hand_over, make_due
from tests.store.waits import get as get_follow_up

Inbox = tuple[Database, Vault, Terminal]

WHY = "Looked it up in Crosschq [/today]."


async def test_a_request_crosschq_has_is_sent_under_its_id(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    connected = await connect(database, vault)
    unknown = await request_in(database, connected, RequestState.UNKNOWN)
    said = await terminal.said("resolve", "request", unknown.id, "--sent-as", "rq-77", "--reason", WHY)
    assert said == f"Request {unknown.id}: sent as rq-77.\n"
    found = await get(database, unknown.id)
    assert (found.state, found.crosschq_id) == (RequestState.SENT, "rq-77")
    assert found.sent_at is not None
    async with database.transaction() as session:
        assert await Requests(session).by_crosschq_id(connected.connection.id, "rq-77") is not None


async def test_a_request_crosschq_does_not_have_has_failed_and_frees_the_opportunity(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    connected = await connect(database, vault)
    unknown = await request_in(database, connected, RequestState.UNKNOWN)
    said = await terminal.said("resolve", "request", unknown.id, "--not-sent", "--reason", WHY)
    assert said == f"Request {unknown.id}: not sent.\n"
    found = await get(database, unknown.id)
    assert (found.state, found.crosschq_id) == (RequestState.FAILED, None)
    assert found.problem == f"A person said that Crosschq does not have it: {WHY}"
    again = await reserve(database, new_request(connected))
    assert again is not None
    assert again.generation == found.generation + 1


async def test_a_delivery_given_up_is_tried_from_the_start(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    dead = await delivery_in(database, await connect(database, vault), DeliveryState.DEAD)
    assert (
        await terminal.said("resolve", "delivery", dead.id, "--again", "--reason", WHY)
        == f"Delivery {dead.id}: again.\n"
    )
    found = await row(database, dead.id)
    assert (found.state, found.first_attempt_at, found.finished_at) == (DeliveryState.WAITING, None, None)
    assert found.outcome == f"A person said: again. {WHY}"
    (attempt,) = await claim(database)
    assert (attempt.delivery_id, attempt.number) == (dead.id, dead.attempt + 1)


async def test_a_delivery_given_up_is_dropped(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    dead = await delivery_in(database, await connect(database, vault), DeliveryState.DEAD)
    await terminal.said("resolve", "delivery", dead.id, "--drop", "--reason", WHY)
    found = await row(database, dead.id)
    assert (found.state, found.outcome) == (DeliveryState.IGNORED, f"A person said: dropped. {WHY}")
    assert await claim(database) == []
    assert WHY not in await terminal.said("deliveries", "--open")
    assert WHY in await terminal.said("deliveries")


@pytest.mark.parametrize(
    ("noun", "decision", "said"),
    [
        ("request", ["--sent-as", "rq-77"], "sent as rq-77"),
        ("request", ["--not-sent"], "not sent"),
        ("delivery", ["--again"], "again"),
        ("delivery", ["--drop"], "dropped"),
    ],
)
async def test_the_audit_says_who_and_why(inbox: Inbox, noun: str, decision: list[str], said: str) -> None:
    database, vault, terminal = inbox
    connected = await connect(database, vault)
    await request_in(database, connected, RequestState.UNKNOWN)
    await delivery_in(database, connected, DeliveryState.DEAD)
    await terminal.said("resolve", noun, 1, *decision, "--reason", WHY)
    (audit,) = await audits(database)
    assert (audit.what, audit.subject, audit.why) == (f"resolved: {said}", f"{noun}:1", WHY)
    assert (audit.who, audit.connection_id) == (f"command line, {getpass.getuser()}", connected.connection.id)


async def test_a_user_without_a_name_is_audited_by_number(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, vault, terminal = inbox
    await request_in(database, await connect(database, vault), RequestState.UNKNOWN)
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 123_456_789)
    await terminal.said("resolve", "request", 1, "--not-sent", "--reason", WHY)
    (audit,) = await audits(database)
    assert audit.who == "command line, user 123456789"


@pytest.mark.parametrize("state", [one for one in RequestState if one is not RequestState.UNKNOWN])
async def test_a_request_whose_fate_is_known_stays_as_it_is(inbox: Inbox, state: RequestState) -> None:
    database, vault, terminal = inbox
    known = await request_in(database, await connect(database, vault), state)
    for decision in (["--not-sent"], ["--sent-as", "rq-77"]):
        said = await terminal.refusal("resolve", "request", known.id, *decision, "--reason", WHY)
        assert said == f"Request {known.id} is not unknown: see `crosschq-lever deliveries`.\n"
    found = await get(database, known.id)
    assert (found.state, found.crosschq_id) == (state, known.crosschq_id)
    assert await audits(database) == []


@pytest.mark.parametrize("state", [DeliveryState.RUNNING, DeliveryState.DONE, DeliveryState.IGNORED])
async def test_a_delivery_that_was_not_given_up_stays_as_it_is(inbox: Inbox, state: DeliveryState) -> None:
    database, vault, terminal = inbox
    one = await delivery_in(database, await connect(database, vault), state)
    for decision in ("--again", "--drop"):
        said = await terminal.refusal("resolve", "delivery", one.id, decision, "--reason", WHY)
        assert said == f"Delivery {one.id} was not given up: see `crosschq-lever deliveries`.\n"
    found = await row(database, one.id)
    assert (found.state, found.outcome) == (state, one.outcome)
    assert await audits(database) == []


async def test_what_does_not_exist_is_refused(inbox: Inbox) -> None:
    _, _, terminal = inbox
    assert "Request 404" in await terminal.refusal("resolve", "request", 404, "--not-sent", "--reason", WHY)
    assert "Delivery 404" in await terminal.refusal("resolve", "delivery", 404, "--drop", "--reason", WHY)
    assert "database refused" in await terminal.refusal(
        "resolve", "request", 10**12, "--not-sent", "--reason", WHY
    )


async def test_a_second_word_on_the_same_is_refused(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    await request_in(database, await connect(database, vault), RequestState.UNKNOWN)
    await terminal.said("resolve", "request", 1, "--sent-as", "rq-77", "--reason", WHY)
    await terminal.refusal("resolve", "request", 1, "--not-sent", "--reason", WHY)
    assert (await get(database, 1)).state is RequestState.SENT
    assert len(await audits(database)) == 1


async def test_an_id_that_another_request_has_is_refused(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    connected = await connect(database, vault)
    unknown = await request_in(database, connected, RequestState.UNKNOWN)
    sent = await second_request(database, connected, RequestState.SENT)
    said = await terminal.refusal(
        "resolve", "request", unknown.id, "--sent-as", sent.crosschq_id, "--reason", WHY
    )
    assert said == f"Crosschq's {sent.crosschq_id} is request {sent.id} already: look again.\n"
    assert (await get(database, unknown.id)).state is RequestState.UNKNOWN


@pytest.mark.parametrize(
    "words",
    [
        ["request", "1", "--reason", WHY],
        ["request", "1", "--reason", WHY, "--sent-as", "rq-1", "--not-sent"],
        ["request", "1", "--reason", WHY, "--sent-as", ""],
        ["request", "1", "--reason", WHY, "--sent-as", "  "],
        ["request", "1", "--not-sent"],
        ["request", "1", "--not-sent", "--reason", " "],
        ["request", "--not-sent", "--reason", WHY],
        ["request", "one", "--not-sent", "--reason", WHY],
        ["request", "1", "--again", "--reason", WHY],
        ["delivery", "1", "--reason", WHY],
        ["delivery", "1", "--again"],
        ["delivery", "1", "--drop", "--reason", ""],
        ["delivery", "1", "--not-sent", "--reason", WHY],
        ["opportunity", "1", "--drop", "--reason", WHY],
    ],
)
async def test_words_that_do_not_belong_together_are_refused(inbox: Inbox, words: list[str]) -> None:
    database, vault, terminal = inbox
    connected = await connect(database, vault)
    await request_in(database, connected, RequestState.UNKNOWN)
    await delivery_in(database, connected, DeliveryState.DEAD)
    assert "Error" in await terminal.refusal("resolve", *words, exit_code=2)
    assert (await get(database, 1)).state is RequestState.UNKNOWN
    assert (await row(database, 1)).state is DeliveryState.DEAD


async def test_a_delivery_that_the_vendor_sends_again_meanwhile_is_left_to_it(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    dead = await delivery_in(database, await connect(database, vault), DeliveryState.DEAD)
    async with database.transaction() as session:
        await session.execute(text("UPDATE delivery SET state = 'waiting' WHERE id = :id"), {"id": dead.id})
        dropping = asyncio.create_task(
            terminal.run("resolve", "delivery", dead.id, "--drop", "--reason", WHY)
        )
        await blocked(database)
    assert (await dropping).exit_code == 1
    assert (await row(database, dead.id)).state is DeliveryState.WAITING


async def blocked(database: Database) -> None:
    """Returns when somebody waits for a row that another transaction holds."""
    waits = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    while True:
        async with database.transaction() as session:
            if await session.scalar(waits):
                return


async def test_a_question_given_up_is_asked_again_by_its_follow_up(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    waiting = await begin(database, await connect(database, vault))
    await make_due(database, waiting.id)
    handed = await hand_over(database, waiting.id)
    assert isinstance(handed, Delivery)
    async with database.transaction() as session:
        given_up = update(Delivery).where(Delivery.id == handed.id).values(state=DeliveryState.DEAD)
        await session.execute(given_up)
    await end(database, waiting.id, "Given up.")
    await terminal.said("resolve", "delivery", handed.id, "--again", "--reason", WHY)
    again = await get_follow_up(database, waiting.id)
    assert (again.state, again.generation) == (FollowUpState.WAITING, waiting.generation + 1)
    assert f"Follow-up {waiting.id} is due again." in ((await row(database, handed.id)).outcome or "")
