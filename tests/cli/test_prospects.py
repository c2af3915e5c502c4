"""`prospects`, its `switch`, `list` and `retry`: how they stand, and a person's word on it. Never personal data."""

from datetime import UTC, datetime

import pytest

from store.database import Database
from store.prospect_orders import EXISTING_EVENT, NEW_EVENT
from store.prospect_tables import ProspectState, ProspectWalk
from store.vault import Vault
from tests.cli.prospect_rows import PERSONAL, REASON, add, known, orders, saved
from tests.cli.rows import audits
from tests.cli.terminal import Terminal
from tests.cli.test_deliveries import row_of, rows
from tests.factories import connect

Inbox = tuple[Database, Vault, Terminal]

WAITING, LINKED, FAILED = ProspectState.WAITING, ProspectState.LINKED, ProspectState.FAILED


async def test_each_connection_is_a_row_with_switches_and_counts(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    since = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    acme = await saved(database, vault, export_existing=True, export_new=True, new_since=since)
    other = await saved(database, vault, "northwind [eu]", new_since=since)
    withdrawn = (ProspectState.WITHDRAWING, ProspectState.WITHDRAWN)
    await add(database, acme, WAITING, WAITING, LINKED, ProspectState.EXISTING, FAILED, *withdrawn)
    said = await terminal.said("prospects")
    assert row_of(said, acme.id)[:-1] == [
        str(acme.id), "acme", "on", "on, since 2026-03-01 09:30 UTC", "2", "1", "1", "1", "2", "0",
    ]  # fmt: skip
    assert row_of(said, acme.id)[-1].startswith("5 of 7 done, ")
    assert row_of(said, other.id)[1:4] == ["northwind [eu]", "off", "off"]
    assert row_of(said, other.id)[-1] == "none met yet"


async def test_a_walk_that_is_under_way_counts_what_crosschq_has(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    acme = await saved(database, vault, export_existing=True)
    await add(database, acme, LINKED, WAITING)
    walk = ProspectWalk(connection_id=acme.id, total=2000, began_at=datetime.now(UTC))
    async with database.transaction() as session:
        session.add(walk)
    assert row_of(await terminal.said("prospects"), acme.id)[-1] == (
        "1 of 2,000 done, Crosschq's list is not read to its end"
    )


async def test_a_paused_connection_says_why(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    paused = (await connect(database, vault, paused_because="The key was refused.")).connection
    assert row_of(await terminal.said("prospects"), paused.id)[-1].endswith("paused: The key was refused.")


@pytest.mark.parametrize("by", ["name", "number"])
async def test_a_switch_is_turned_and_written_down(inbox: Inbox, by: str) -> None:
    database, vault, terminal = inbox
    acme = await saved(database, vault)
    called = acme.name if by == "name" else acme.id
    said = await terminal.said("prospects", "switch", called, "--existing", "--reason", "we hire")
    assert "Done: prospect export of existing ones turned on." in said
    assert "all existing ones are exported to Lever; new ones are not exported." in said
    assert [order.event for order in await orders(database)] == [EXISTING_EVENT]
    (audit,) = await audits(database)
    assert (audit.what, audit.why) == ("prospect export of existing ones turned on", "we hire")
    assert audit.who.startswith("command line, ")


async def test_a_switch_that_is_turned_already_is_no_news(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    await saved(database, vault)
    said = await terminal.said("prospects", "switch", "acme", "--no-new", "--no-existing", "--reason", "x")
    assert said == "Prospects: existing ones are not exported; new ones are not exported.\n"
    assert await audits(database) == []


async def test_switch_asks_which(terminal: Terminal) -> None:
    assert "--existing or --no-existing" in await terminal.refusal(
        "prospects", "switch", "acme", "--reason", "x", exit_code=2
    )


COMMANDS = {
    "switch": ["--new", "--reason", "x"],
    "export": [],
    "import": [__file__],
    "list": [],
    "retry": ["--all", "--reason", "x"],
}


@pytest.mark.parametrize("command", COMMANDS)
async def test_an_unknown_connection_lists_those_there_are(inbox: Inbox, command: str) -> None:
    database, vault, terminal = inbox
    acme = await saved(database, vault)
    said = await terminal.refusal("prospects", command, "Acme", *COMMANDS[command])
    assert said == f"There is no connection 'Acme'. There are: {acme.id} 'acme'.\n"


@pytest.mark.parametrize("command", ["switch", "export", "import"])
async def test_a_connection_that_was_not_saved_since_is_to_be_saved(inbox: Inbox, command: str) -> None:
    database, vault, terminal = inbox
    old = (await connect(database, vault)).connection
    said = await terminal.refusal("prospects", command, old.id, *COMMANDS[command])
    assert "run `crosschq-lever connect FILE` again" in said


async def test_list_shows_ids_states_and_reasons_and_nobodys_data(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    acme = await saved(database, vault)
    linked, failed = await add(database, acme, LINKED, FAILED, sealed=vault.seal(PERSONAL))
    said = await terminal.said("prospects", "list", "acme")
    assert [cells[0] for cells in rows(said)] == [failed, linked]
    assert row_of(said, failed)[1:4] == ["failed", REASON, ""]
    assert row_of(said, linked)[1:4] == ["linked", "", f"opportunity-of-{linked}"]
    assert "ttoline" not in said


async def test_list_shows_one_state_and_so_many(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    acme = await saved(database, vault)
    failed = await add(database, acme, FAILED, FAILED, FAILED)
    await add(database, acme, LINKED)
    said = await terminal.said("prospects", "list", "acme", "--state", "failed", "--limit", 2)
    assert [cells[0] for cells in rows(said)] == [failed[2], failed[1]]
    assert "one of waiting, linked" in await terminal.refusal(
        "prospects", "list", "acme", "--state", "lost", exit_code=2
    )


async def test_retry_sets_the_named_ones_waiting_and_orders_an_export(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    acme = await saved(database, vault, export_existing=True)
    first, second, linked = await add(database, acme, FAILED, FAILED, LINKED)
    said = await terminal.said("prospects", "retry", "acme", first, linked, "--reason", "corrected")
    assert "Waiting again: 1. They are tried within a minute" in said
    assert [row.state for row in (await known(database)).values()] == [WAITING, FAILED, LINKED]
    assert [order.event for order in await orders(database)] == [NEW_EVENT]
    (audit,) = await audits(database)
    assert (audit.what, audit.why) == ("failed prospects set waiting again: 1", "corrected")
    assert second not in said


async def test_retry_all_with_the_switches_off_says_that_they_wait(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    acme = await saved(database, vault)
    await add(database, acme, FAILED, FAILED)
    said = await terminal.said("prospects", "retry", "acme", "--all", "--reason", "x")
    assert "Waiting again: 2. They wait until a switch is turned on" in said
    assert await orders(database) == []


async def test_retry_of_none_that_failed_changes_nothing(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    acme = await saved(database, vault, export_existing=True)
    (linked,) = await add(database, acme, LINKED)
    assert "None of them has failed" in await terminal.refusal(
        "prospects", "retry", "acme", linked, "--reason", "x"
    )
    assert (await orders(database), await audits(database)) == ([], [])


@pytest.mark.parametrize("words", [[], ["pr_1", "--all"]])
async def test_retry_wants_ids_or_all(terminal: Terminal, words: list[str]) -> None:
    said = await terminal.refusal("prospects", "retry", "acme", *words, "--reason", "x", exit_code=2)
    assert "either the ids or --all" in said
