"""More moves within an hour than recruiters make: the connection pauses for a person, nothing is lost or doubled."""

from typing import Any

import pytest
from sqlalchemy import update

from store.connections import Connections
from store.tables import Connection, DeliveryState
from tests.flows.office import Office

pytestmark = pytest.mark.stack

KINDS = ("plain", "sales", "one_word_name")


async def cap(office: Office, most: int) -> None:
    async with office.parts.database.transaction() as session:
        await session.execute(update(Connection).values(most_per_hour=most))


async def connection(office: Office) -> Connection:
    async with office.parts.database.transaction() as session:
        return await Connections(session).get(await office.connection_id())


async def resume(office: Office) -> None:
    async with office.parts.database.transaction() as session:
        await session.execute(update(Connection).values(paused_because=None))


async def move_three(office: Office) -> list[dict[str, Any]]:
    candidates = [await office.lever.meet_candidate(kind) for kind in KINDS]
    for candidate in candidates:
        await office.move(candidate)
    return candidates


async def test_the_next_one_pauses_the_connection_and_waits(office: Office) -> None:
    await cap(office, 2)
    await move_three(office)
    ran = await office.work()
    assert [one.name for one in ran][-1] == "ConnectionPaused"
    assert [one.name for one in ran].count("RequestSent") == 2
    paused = (await connection(office)).paused_because or ""
    assert "2 reference requests were sent since" in paused
    assert ran[-1].delivery.state is DeliveryState.WAITING
    assert ran[-1].outcome == f"Waiting, as the connection is paused: {paused}"
    assert len(office.crosschq_calls()) == 2
    assert await office.work() == []


async def test_after_a_person_has_let_it_go_on_what_waited_is_sent(office: Office) -> None:
    await cap(office, 2)
    candidates = await move_three(office)
    await office.work()
    await resume(office)
    assert (await office.work_once()).name == "RequestSent"
    for candidate in candidates:
        await office.the_request(candidate)
    assert (await connection(office)).paused_because is None


async def test_saving_the_settings_lets_it_go_on_too(office: Office) -> None:
    await cap(office, 1)
    await office.move(await office.lever.meet_candidate())
    await office.move(await office.lever.meet_candidate("sales"))
    await office.work()
    await office.connect_again(
        lambda text: text.replace("[follow_up]", "[requests]\nmost_per_hour = 1\n\n[follow_up]")
    )
    assert (await office.work_once()).name == "RequestSent"
    assert len(office.crosschq_calls()) == 2


async def test_who_cannot_be_asked_about_does_not_count(office: Office) -> None:
    await cap(office, 1)
    for kind in ("no_email", "no_template_tag", "plain"):
        await office.move(await office.lever.meet_candidate(kind))
    ran = await office.work()
    assert {one.name for one in ran} == {"NotSent", "RequestSent", "NewsShown"}
    assert (await connection(office)).paused_because is None
