"""`deliveries` lists the inbox and the requests nobody knows the fate of; never what a webhook said."""

import json
from dataclasses import replace

from store.database import Database
from store.requests import Requests
from store.tables import DeliveryState, RequestState
from store.vault import Vault
from tests.cli.rows import WHY_DEAD, delivery_in, request_in, second_request, unknown_effect
from tests.cli.terminal import Terminal
from tests.factories import connect
from tests.store.inbox import record, stage_change

Inbox = tuple[Database, Vault, Terminal]

BODY = '{"event": "candidateStageChange", "data": {"email": "ada.lovelace@people.test"}}'


def rows(said: str) -> list[list[str]]:
    """The cells of each line of a table."""
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in said.splitlines() if "│" in line]


def row_of(said: str, one: object) -> list[str]:
    """The row that begins with this id."""
    (found,) = [cells for cells in rows(said) if cells[0] == str(one)]
    return found


def ids(said: str) -> list[int]:
    return [int(cells[0]) for cells in rows(said)]


async def test_each_delivery_is_a_row_newest_first(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    connected = await connect(database, vault)
    dead = await delivery_in(database, connected, DeliveryState.DEAD)
    running = await delivery_in(database, connected, DeliveryState.RUNNING)
    said = await terminal.said("deliveries")
    assert ids(said) == [running.id, dead.id]
    received = f"{dead.received_at:%Y-%m-%d %H:%M:%S}"
    assert row_of(said, dead.id) == [
        str(dead.id), received, "webhook", "candidateStageChange", "opportunity:opportunity-1", "dead", "1", WHY_DEAD,
    ]  # fmt: skip


async def test_open_shows_only_what_was_given_up(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    connected = await connect(database, vault)
    dead = await delivery_in(database, connected, DeliveryState.DEAD)
    await delivery_in(database, connected, DeliveryState.DONE)
    assert ids(await terminal.said("deliveries", "--open")) == [dead.id]


async def test_limit_says_how_many(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    connected = await connect(database, vault)
    made = [(await delivery_in(database, connected, DeliveryState.DONE)).id for _ in range(3)]
    said = await terminal.said("deliveries", "--limit", 2)
    assert ids(said) == [made[2], made[1]]
    assert "There are older ones: --limit shows more." in said
    assert "older" not in await terminal.said("deliveries", "--limit", 3)
    assert "--limit" in await terminal.refusal("deliveries", "--limit", 0, exit_code=2)


async def test_requests_nobody_knows_the_fate_of_are_listed_with_what_to_do(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    connected = await connect(database, vault)
    unknown = await request_in(database, connected, RequestState.UNKNOWN)
    sent = await second_request(database, connected, RequestState.SENT)
    for words in (["deliveries"], ["deliveries", "--open"]):
        said = await terminal.said(*words)
        table = said[said.index("Requests nobody knows the fate of") :]
        begun = f"{unknown.created_at:%Y-%m-%d %H:%M:%S}"
        assert row_of(table, unknown.id) == [
            str(unknown.id), begun, "opportunity-1", "Engineers [EU]", "Crosschq did not answer.",
        ]  # fmt: skip
        assert sent.opportunity_id not in table
        assert "crosschq-lever resolve request ID --sent-as CROSSCHQ_ID, or --not-sent" in table


async def test_requests_that_have_expired_are_listed(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    request = await request_in(database, await connect(database, vault), RequestState.SENT)
    assert "expired" not in await terminal.said("deliveries")
    async with database.transaction() as session:
        await Requests(session).note_check(request.id, request.created_at, None)
    said = await terminal.said("deliveries")
    table = said[said.index("Requests that have expired: no news for 180 days") :]
    assert row_of(table, request.id)[-1] == "nobody asked yet"
    assert "its webhook still brings their reports" in table
    (told,) = json.loads(await terminal.said("deliveries", "--json"))["expired_requests"]
    assert (told["id"], told["last_checked_at"]) == (request.id, request.created_at.isoformat())


async def test_nothing_is_said_of_requests_when_all_are_known(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    await request_in(database, await connect(database, vault), RequestState.SENT)
    said = await terminal.said("deliveries")
    assert "nobody knows" not in said
    assert "resolve" not in said


async def test_no_body_is_shown(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    sealed = vault.seal(BODY)
    await delivery_in(database, await connect(database, vault), DeliveryState.DEAD, body=sealed)
    said = await terminal.said("deliveries")
    assert "ada.lovelace" not in said
    assert sealed.decode()[:20] not in said


async def test_what_was_written_in_brackets_is_shown_as_it_was(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    await record(
        database, stage_change(await connect(database, vault), outcome="Dropped [/ticket] :bug: [red]5")
    )
    assert row_of(await terminal.said("deliveries"), 1)[-1] == "Dropped [/ticket] :bug: [red]5"


async def test_a_narrow_terminal_cuts_no_id_short(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    opportunity = "5f0a1c9e-1f2e-4b2e-9d53-0c1d2e3f4a5b"
    await record(database, stage_change(await connect(database, vault), opportunity))
    terminal.narrow()
    cells = rows(await terminal.said("deliveries"))
    assert "".join(row[4] for row in cells) == f"opportunity:{opportunity}"


async def test_why_deliveries_wait_or_lead_to_nothing_is_said_below_them(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    await connect(database, vault, name="quiet", is_shadow=True)
    await connect(
        database, vault, name="busy", paused_because="20 reference requests were sent [since 10:00]."
    )
    said = " ".join((await terminal.said("deliveries")).split())
    assert "Connection 'busy' is paused: 20 reference requests were sent [since 10:00]." in said
    assert "Connection 'quiet' is in shadow mode: what would be done is only said." in said
    told = json.loads(await terminal.said("deliveries", "--json"))
    assert told["paused_connections"] == {"busy": "20 reference requests were sent [since 10:00]."}
    assert told["shadow_connections"] == ["quiet"]


async def test_filters_choose_as_on_the_page(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    north, south = [await connect(database, vault, name=name) for name in ("north", "south")]
    for connected, opportunity, outcome in (
        (north, "a-1", None),
        (north, "a-2", "No."),
        (south, "b-1", None),
    ):
        new = stage_change(connected, opportunity, outcome=outcome)
        await record(database, replace(new, opportunity_id=opportunity))
    chosen = {
        ("--connection", "north"): [2, 1],
        ("--connection", "2"): [3],
        ("--outcome", "ignored"): [2],
        ("--kind", "candidateStageChange", "--outcome", "waiting"): [3, 1],
        ("--kind", "snapshot"): [],
        ("--opportunity", "https://hire.lever.co/candidates/b-1?tab=x"): [3],
        ("--opportunity", "https://hire.lever.co/candidates/b-1#notes"): [3],
        ("--opportunity", "a-", "--limit", "1"): [2],
    }
    for words, found in chosen.items():
        assert ids(await terminal.said("deliveries", *words)) == found, words


async def test_what_is_not_known_to_be_done_is_marked_and_found(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    connected = await connect(database, vault)
    one, known = [await delivery_in(database, connected, DeliveryState.DONE) for _ in range(2)]
    await unknown_effect(database, one, "note/opportunity-1/1")
    said = await terminal.said("deliveries")
    assert [row_of(said, which)[5] for which in (one.id, known.id)] == [
        "done, not known whether all was done", "done",
    ]  # fmt: skip
    assert ids(await terminal.said("deliveries", "--outcome", "unknown")) == [one.id]
    told = json.loads(await terminal.said("deliveries", "--json"))
    assert [row["has_unknown_effect"] for row in told["deliveries"]] == [False, True]


async def test_filters_that_make_no_sense_are_refused(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    await connect(database, vault, name="north")
    assert "There are: 1 'north'." in await terminal.refusal("deliveries", "--connection", "west")
    await terminal.refusal("deliveries", "--outcome", "lost", exit_code=2)
    await terminal.refusal("deliveries", "--open", "--outcome", "done", exit_code=2)
