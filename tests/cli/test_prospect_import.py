"""`prospects import`: a CSV file's rows in the store, encrypted and once; bad rows by their line; never a name."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from settings import PREFIX
from store.database import Database
from store.erased_prospects import ErasedProspects
from store.prospect_orders import EXISTING_EVENT
from store.prospect_tables import ProspectKind, ProspectState
from store.prospects import Prospects
from store.sealed_prospects import derived_ids, email_index, unseal
from store.vault import Vault
from tests.cli.prospect_rows import known, orders, saved
from tests.cli.terminal import Terminal

Inbox = tuple[Database, Vault, Terminal]

HEADER = "Prospect ID,Status,First Name,Last Name,Email,Updated On\n"
OTTOLINE = "pr_1,active,Ottoline,Vesterby,ottoline@people.test,2026-03-01T09:00:00Z\n"
WITHOUT_ID = ",active,Bram,Holloway, Bram@People.test,\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "prospects.csv"


def written(file: Path, content: str | bytes) -> Path:
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


async def test_every_row_waits_encrypted_and_the_export_is_ordered(inbox: Inbox, file: Path) -> None:
    database, vault, terminal = inbox
    await saved(database, vault, export_existing=True)
    said = await terminal.said("prospects", "import", "acme", written(file, HEADER + OTTOLINE + WITHOUT_ID))
    bram_index = email_index(vault, "bram@people.test")
    rows = await known(database)
    assert list(rows) == ["pr_1", f"csv-{bram_index[:24]}"]
    assert {row.state for row in rows.values()} == {ProspectState.WAITING}
    assert unseal(vault, rows["pr_1"].sealed or b"").name == "Ottoline Vesterby"
    assert rows[f"csv-{bram_index[:24]}"].email_index == bram_index
    assert [order.event for order in await orders(database)] == [EXISTING_EVENT]
    assert "Read 2 prospects, 0 of them withdrawn; 0 bad rows.\nNew or changed: 2.\n" in said
    assert "ttoline" not in said


async def test_with_the_switch_off_they_wait_and_it_is_said_how_to_turn_it_on(
    inbox: Inbox, file: Path
) -> None:
    database, vault, terminal = inbox
    acme = await saved(database, vault)
    said = await terminal.said("prospects", "import", "acme", written(file, HEADER + OTTOLINE))
    assert f"crosschq-lever prospects switch {acme.id} --existing" in said
    assert (len(await known(database)), await orders(database)) == (1, [])


async def test_a_dry_run_stores_nothing(inbox: Inbox, file: Path) -> None:
    database, vault, terminal = inbox
    await saved(database, vault, export_existing=True)
    said = await terminal.said(
        "prospects", "import", "acme", written(file, HEADER + OTTOLINE + WITHOUT_ID), "--dry-run"
    )
    assert "New or changed: 2. Nothing was stored." in said
    assert (await known(database), await orders(database)) == ({}, [])


async def test_the_same_file_again_takes_nobody_twice(inbox: Inbox, file: Path) -> None:
    database, vault, terminal = inbox
    await saved(database, vault)
    await terminal.said("prospects", "import", "acme", written(file, HEADER + OTTOLINE))
    assert "New or changed: 0." in await terminal.said("prospects", "import", "acme", file)
    assert len(await known(database)) == 1


async def test_more_than_a_page_is_taken_in_whole(inbox: Inbox, file: Path) -> None:
    database, vault, terminal = inbox
    await saved(database, vault)
    assert "New or changed: 450." in await terminal.said(
        "prospects",
        "import",
        "acme",
        written(file, HEADER + "".join(f"pr_{one},active,A,B,a{one}@people.test,\n" for one in range(450))),
    )
    assert len(await known(database)) == 450


async def test_who_has_withdrawn_is_not_taken_in_and_leaves(inbox: Inbox, file: Path) -> None:
    database, vault, terminal = inbox
    await saved(database, vault)
    await terminal.said("prospects", "import", "acme", written(file, HEADER + OTTOLINE))
    later = "pr_1,withdrawn,,,,2026-03-02T09:00:00Z\npr_2,withdrawn,,,,2026-03-02T09:00:00Z\n"
    assert "2 of them withdrawn" in await terminal.said(
        "prospects", "import", "acme", written(file, HEADER + later)
    )
    (row,) = (await known(database)).values()
    assert (row.crosschq_id, row.state, row.sealed) == ("pr_1", ProspectState.WITHDRAWN, None)


async def test_an_older_opt_in_does_not_bring_back_who_has_withdrawn(inbox: Inbox, file: Path) -> None:
    database, vault, terminal = inbox
    await saved(database, vault)
    header = "Prospect ID,Status,Email,Opted In On,Updated On\n"
    for row in ("pr_1,active,o@people.test,2026-03-01T09:00:00Z,", "pr_1,withdrawn,,,2026-03-02T09:00:00Z"):
        await terminal.said("prospects", "import", "acme", written(file, f"{header}{row}\n"))
    assert "New or changed: 0." in await terminal.said(
        "prospects",
        "import",
        "acme",
        written(file, f"{header}pr_1,active,o@people.test,2026-03-01T09:00:00Z,\n"),
    )
    assert (await known(database))["pr_1"].state is ProspectState.WITHDRAWN


async def test_bad_rows_are_told_by_line_and_stop_no_other(inbox: Inbox, file: Path) -> None:
    database, vault, terminal = inbox
    await saved(database, vault)
    said = await terminal.said(
        "prospects",
        "import",
        "acme",
        written(file, HEADER + ",active,Cosima,Penhallow,,\n" + OTTOLINE + "pr_3,active\n"),
    )
    assert "  line 2: The row has neither a Prospect ID nor an e-mail address." in said
    assert "  line 4: The row has 2 cells" in said
    assert "Read 1 prospects, 0 of them withdrawn; 2 bad rows." in said
    assert "osima" not in said


async def test_a_phone_number_that_a_spreadsheet_spoilt_is_remarked_on_and_the_person_taken_in(
    inbox: Inbox, file: Path
) -> None:
    database, vault, terminal = inbox
    await saved(database, vault)
    rows = "Email,Phone\no@people.test,4.479E+11\n"
    said = await terminal.said("prospects", "import", "acme", written(file, rows))
    assert "  line 2: A phone number was left out: it was rounded by a spreadsheet" in said
    assert "Read 1 prospects, 0 of them withdrawn; 0 bad rows.\nNew or changed: 1.\n" in said


async def test_two_spellings_of_an_address_are_one_person(inbox: Inbox, file: Path) -> None:
    database, vault, terminal = inbox
    await saved(database, vault)
    await terminal.said("prospects", "import", "acme", written(file, HEADER + WITHOUT_ID))
    again = "E\u2011mail\n\u200bmailto:bram@people.test\u00a0;\n"
    await terminal.said("prospects", "import", "acme", written(file, again.encode("utf-16")))
    assert list(await known(database)) == derived_ids(vault, "bram@people.test")


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"", "The file is empty"),
        (b"Name;Phone\nA;1\n", "mail"),
        ("Email\n\xe9@x.test\n".encode("latin-1"), "UTF-8"),
    ],
)
async def test_a_file_that_cannot_be_used_is_told_in_words(
    inbox: Inbox, file: Path, content: bytes, named: str
) -> None:
    database, vault, terminal = inbox
    await saved(database, vault)
    said = await terminal.refusal("prospects", "import", "acme", written(file, content))
    assert said.startswith("The file cannot be used. ")
    assert named in said


async def test_a_file_that_is_not_there_is_named(terminal: Terminal, file: Path) -> None:
    said = await terminal.refusal("prospects", "import", "acme", file, exit_code=2)
    assert "Nosuchfile" in re.sub(r"[\s│]", "", said)


async def test_the_same_file_after_a_key_was_rotated_takes_nobody_twice(inbox: Inbox, file: Path) -> None:
    database, vault, terminal = inbox
    await saved(database, vault)
    await terminal.said("prospects", "import", "acme", written(file, HEADER + WITHOUT_ID))
    terminal.set("secret_keys", f"{Fernet.generate_key().decode()},{os.environ[f'{PREFIX}SECRET_KEYS']}")
    await terminal.said("prospects", "import", "acme", file)
    assert list(await known(database)) == derived_ids(vault, "bram@people.test")


async def test_who_was_deleted_in_lever_is_not_taken_in_again_by_the_address(
    inbox: Inbox, file: Path
) -> None:
    database, vault, terminal = inbox
    acme = await saved(database, vault)
    await terminal.said("prospects", "import", "acme", written(file, HEADER + WITHOUT_ID))
    [bram] = (await known(database)).values()
    async with database.transaction() as session:
        await Prospects(session, acme.id).linked(bram.id, "opp-1", [])
        await ErasedProspects(session, acme.id).erase([bram.crosschq_id], vault.blind_index)
    assert "New or changed: 0." in await terminal.said("prospects", "import", "acme", file)
    assert list(await known(database)) == [f"erased-{bram.id}"]


@pytest.mark.parametrize(("is_on", "kind"), [(True, ProspectKind.NEW), (False, ProspectKind.EXISTING)])
async def test_a_row_is_of_a_new_one_only_while_the_switch_for_new_ones_is_on(
    inbox: Inbox, file: Path, *, is_on: bool, kind: ProspectKind
) -> None:
    database, vault, terminal = inbox
    since = datetime(2026, 3, 1, tzinfo=UTC)
    await saved(database, vault, export_existing=True, export_new=is_on, new_since=since)
    rows = "Prospect ID,Email,Opted In On\npr_1,o@people.test,2026-03-02T09:00:00Z\n"
    await terminal.said("prospects", "import", "acme", written(file, rows))
    assert (await known(database))["pr_1"].kind is kind
