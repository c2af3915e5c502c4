"""Whatever text is written, PostgreSQL holds it: no row fails for a character."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Text, select

import store.key_ring
import store.outcome_tables
import store.people_tables
import store.prospect_tables  # noqa: F401 - its tables are looked at
from store.base import Base, CleanText
from store.database import Database
from store.requests import NewRequest, Requests
from store.tables import Audit, Connection, ReferenceRequest, RequestTemplate
from store.vault import Vault
from tests.factories import add_template, connect

ODD = ["Nurse\x00 (nights)", "half \ud83d", "\x1b[1m\x9f\ufffe"]


def test_every_text_column_is_cleaned() -> None:
    columns = [column for table in Base.metadata.sorted_tables for column in table.columns]
    assert not [str(column) for column in columns if isinstance(column.type, Text)]
    assert sum(isinstance(column.type, CleanText) for column in columns) > 50


@pytest.mark.parametrize("odd", ODD)
async def test_a_request_is_reserved_and_fails_with_whatever_text(
    database: Database, new: NewRequest, odd: str
) -> None:
    async with database.transaction() as session:
        request = await Requests(session).reserve(replace(new, template=odd, job_position=odd))
        assert request
        await Requests(session).mark_failed(request.id, odd)
    async with database.transaction() as session:
        kept = (await session.execute(select(ReferenceRequest))).scalar_one()
    assert kept.template == kept.job_position == kept.problem != odd


@pytest.mark.parametrize("odd", ODD)
async def test_json_columns_hold_whatever_text_keys_included(
    database: Database, vault: Vault, odd: str
) -> None:
    connected = await connect(database, vault, stage_names={odd: odd}, trigger_stages=[odd, "x"])
    await add_template(database, connected.connection, counts={odd: 1}, lever_tag=odd)
    async with database.transaction() as session:
        kept = (await session.execute(select(Connection))).scalar_one()
        template = (await session.execute(select(RequestTemplate))).scalar_one()
    [(key, name)] = kept.stage_names.items()
    assert key == name == kept.trigger_stages[0] == template.lever_tag == next(iter(template.counts)) != odd


@pytest.mark.parametrize("odd", ODD)
async def test_what_is_looked_for_may_hold_anything(database: Database, vault: Vault, odd: str) -> None:
    await connect(database, vault)
    async with database.transaction() as session:
        session.add(Audit(at=datetime.now(UTC), who=odd, what=odd, subject=odd, why=odd))
        await session.flush()
        found = await session.execute(select(Audit).where(Audit.subject == odd, Audit.who.in_([odd])))
        assert found.scalar_one().why
