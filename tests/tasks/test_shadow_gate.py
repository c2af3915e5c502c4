"""No step can write outside in shadow mode: all go through one gate, which is closed then, whatever a story says."""

import ast
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from store.attempts import Attempt
from store.database import Database
from store.deliveries import Deliveries
from store.tables import Connection, Effect
from store.tables import Vendor as At
from store.vault import Vault
from tasks.case import Case
from tasks.effects import InShadow, once, repeatable
from tests.factories import connect, settings_at
from tests.store.inbox import running, stage_change
from wiring import open_parts

ROOT = Path(__file__).parent.parent.parent

WRITES = {
    *("add_tags", "remove_tags", "add_note", "add_links", "add_file", "archive", "create_opportunity"),
    *("request_references", "set_outcome", "cancel_request"),
}
"""What the two clients change at their vendors, but for webhooks, which an admin's set-up makes."""


@pytest.fixture
async def case(database: Database, vault: Vault, store_url: str, tmp_path: Path) -> AsyncIterator[Case]:
    """A move in hand, of a connection in shadow mode."""
    connected = await connect(database, vault, is_shadow=True)
    attempt: Attempt = await running(database, stage_change(connected))
    async with database.transaction() as session:
        delivery = await Deliveries(session).get(attempt.delivery_id)
    assert delivery
    settings = settings_at(tmp_path, store_url)
    async with open_parts(settings):
        yield Case.from_delivery(delivery)


class Vendor:
    def __init__(self) -> None:
        self.done = 0

    async def act(self) -> str:
        self.done += 1
        return "id-7"

    async def find(self) -> str | None:
        return None


async def test_in_shadow_mode_nothing_is_done_and_nothing_is_kept_of_it(
    case: Case, database: Database
) -> None:
    vendor = Vendor()
    with pytest.raises(InShadow, match="nothing is written in shadow mode"):
        await once(case, "note/1", vendor.act, at=At.LEVER)
    with pytest.raises(InShadow):
        await once(case, "note/1", vendor.act, at=At.LEVER, find=vendor.find)
    with pytest.raises(InShadow):
        await repeatable(case, "tag/1", vendor.act)
    async with database.transaction() as session:
        assert (await session.scalars(select(Effect))).all() == []
    assert vendor.done == 0


async def test_as_soon_as_it_has_ended_the_same_is_done(case: Case, database: Database) -> None:
    vendor = Vendor()
    async with database.transaction() as session:
        await session.execute(update(Connection).values(is_shadow=False))
    assert await once(case, "note/1", vendor.act, at=At.LEVER) == "id-7"
    assert vendor.done == 1


def _writes(source: Path) -> list[tuple[str, bool]]:
    """Each call of a client's write or of the mail's `send` in the file, and whether only the gate reaches it."""
    found: list[tuple[str, bool]] = []

    def look(node: ast.AST, inside: tuple[str, ...]) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = (*inside, node.name)
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Attribute) and called.attr in WRITES:
                found.append((called.attr, bool({"act", "_take_out"} & set(inside))))
            if isinstance(called, ast.Name) and called.id == "send":
                found.append(("send", "act" in inside))
        for child in ast.iter_child_nodes(node):
            look(child, inside)

    look(ast.parse(source.read_text()), ())
    return found


def test_every_write_of_ours_stands_behind_the_gate() -> None:
    met: set[str] = set()
    for package in ("tasks", "flows"):
        for source in sorted((ROOT / package).glob("*.py")):
            for name, is_behind in _writes(source):
                assert is_behind, f"{source.name} calls {name} outside of an act given to tasks.effects"
                met.add(name)
    assert met == {*WRITES, "send"}
