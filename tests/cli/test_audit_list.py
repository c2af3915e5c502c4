"""`audit` lists who changed what, on what and why, over what the page reads; it cuts nothing in silence."""

import json
from datetime import UTC, datetime

from store.database import Database
from store.tables import Audit
from store.vault import Vault
from tests.cli.terminal import Terminal
from tests.factories import connect

Inbox = tuple[Database, Vault, Terminal]

OLD, NEW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, 9, 30, tzinfo=UTC)


async def filled(database: Database, vault: Vault, number: int = 1) -> None:
    """Of the connections "acme" and "other"; `number` of old ones."""
    for name in ("acme", "other"):
        await connect(database, vault, name=name)
    async with database.transaction() as session:
        session.add_all(said(OLD, 1, "An old [word].") for _ in range(number))
        await session.flush()
        session.add_all([said(NEW, 1, "A new word."), said(NEW, 2, "The other's.")])


def said(at: datetime, connection: int, why: str) -> Audit:
    return Audit(
        at=at, connection_id=connection, who="ada", what="paused", subject=f"connection:{connection}", why=why
    )


async def test_the_newest_come_first_of_all_or_one_and_since_a_time(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    await filled(database, vault)
    everything = await terminal.said("audit")
    places = [everything.index(why) for why in ("The other's.", "A new word.", "An old [word].")]
    assert places == sorted(places)
    cells = ["2026-02-01 09:30:00", "ada", "paused", "connection:1", "A new word.", "acme"]
    assert cells in [[cell.strip() for cell in line.split("│")[1:-1]] for line in everything.splitlines()]
    told = json.loads(await terminal.said("audit", "acme", "--since", "2026-01-15", "--json"))
    assert told == {
        "which": "changes",
        "audit": [
            {
                "id": 2,
                "at": NEW.isoformat(),
                "connection": 1,
                "who": "ada",
                "what": "paused",
                "about": "connection:1",
                "why": "A new word.",
            }
        ],
        "are_older": False,
    }
    assert "--which all lists them, too." in everything
    assert "There are: 1 'acme', 2 'other'." in await terminal.refusal("audit", "umbrella")


async def test_it_goes_on_over_pages_and_says_that_there_are_older_ones(inbox: Inbox) -> None:
    database, vault, terminal = inbox
    await filled(database, vault, number=120)
    told = json.loads(await terminal.said("audit", "--limit", 121, "--json"))
    assert (len({one["id"] for one in told["audit"]}), told["are_older"]) == (121, True)
    whole = json.loads(await terminal.said("audit", "--limit", 122, "--json"))
    assert (len(whole["audit"]), whole["are_older"]) == (122, False)
    assert "There are older ones: --limit shows more." in await terminal.said("audit", "--limit", 1)
