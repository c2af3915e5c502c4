"""What this installation needs itself is checked too: Prefect, its deployments and worker, mail and the clock."""

from dataclasses import replace
from datetime import timedelta

import pytest
import yaml
from pydantic import SecretStr
from sqlalchemy import text

from deployments.register import DEFAULT_SCHEDULES, PREFECT_FILE
from onboarding.self_test.findings import Verdict
from onboarding.self_test.own_checks import told_skew
from onboarding.self_test.prefect_checks import DEPLOYMENTS, SCHEDULED
from store.tables import Connection
from tests.onboarding.proving import Room


def test_the_deployments_looked_for_are_those_of_prefect_yaml() -> None:
    listed = yaml.safe_load(PREFECT_FILE.read_text())["deployments"]
    flows = {one["entrypoint"].rpartition(".")[2].replace("_", "-") for one in listed}
    assert {
        f"{one['entrypoint'].rpartition('.')[2].replace('_', '-')}/{one['name']}" for one in listed
    } == set(DEPLOYMENTS)
    assert len(flows) == len({name.partition("/")[0] for name in DEPLOYMENTS})
    assert set(SCHEDULED) == set(DEFAULT_SCHEDULES)


async def test_shadow_mode_is_not_taken_for_live(room: Room) -> None:
    await room.set_up()
    await room.change(Connection, (await room.desk.connection()).id, is_shadow=True)
    found = await room.found("This installation: Connection")
    assert (found.verdict, "in shadow mode" in found.says) == (Verdict.TO_KNOW, True)
    assert "shadow = false" in found.do


async def test_the_most_requests_of_an_hour_are_told_with_how_many_there_were(room: Room) -> None:
    await room.set_up()
    assert "None is set" in (await room.found("This installation: Most requests an hour")).says
    await room.change(Connection, (await room.desk.connection()).id, most_per_hour=20)
    found = await room.found("This installation: Most requests an hour")
    assert found.says == "20 at most, then the connection pauses for a person. Within the last hour: 0."


async def test_the_connections_that_our_database_takes_are_held_against_ours(room: Room) -> None:
    await room.set_up()
    found = await room.found("This installation: Database connections")
    assert "PostgreSQL takes 97 connections" in found.says


async def test_a_prefect_that_is_away_is_wrong_once(room: Room) -> None:
    await room.set_up()
    settings = room.parts.settings.model_copy(update={"prefect_api_url": "http://127.0.0.1:9/api"})
    room.parts = replace(room.parts, settings=settings)
    assert await room.wrong() == ["This installation: Prefect's server"]


async def test_a_password_that_prefect_does_not_take_is_named(room: Room) -> None:
    await room.set_up()
    room.prefect.password_is_right = False
    assert (
        "does not accept our user and password"
        in (await room.found("This installation: Prefect's server")).says
    )


async def test_missing_paused_and_unscheduled_deployments_are_named(room: Room) -> None:
    await room.set_up()
    room.prefect.unscheduled = {"reconcile/deletions", "prospect-export/new"}
    found = await room.found("This installation: Deployments")
    assert (found.verdict, found.says) == (
        Verdict.WRONG,
        "No schedule is on in Prefect for reconcile/deletions: what no webhook told of stays unseen.",
    )
    room.prefect.paused = {"reconcile/lever"}
    assert "reconcile/lever" in (await room.found("This installation: Deployments")).says
    room.prefect.lacks = {"hiring-outcome/news"}
    found = await room.found("This installation: Deployments")
    assert (found.verdict, found.says) == (Verdict.WRONG, "Prefect lacks deployments: hiring-outcome/news.")


async def test_a_paused_queue_is_wrong(room: Room) -> None:
    await room.set_up()
    room.prefect.queue = {"is_paused": True}
    found = await room.found("This installation: Worker")
    assert (found.verdict, "The queue 'default' of the work pool" in found.says) == (Verdict.WRONG, True)


@pytest.mark.parametrize(
    ("pool", "says"),
    [
        (None, "Prefect has no work pool"),
        ({"status": "NOT_READY", "is_paused": False}, "No live worker"),
        ({"status": "PAUSED", "is_paused": True}, "is paused"),
    ],
)
async def test_without_a_live_worker_it_is_wrong(
    room: Room, pool: dict[str, object] | None, says: str
) -> None:
    await room.set_up()
    room.prefect.pool = pool
    found = await room.found("This installation: Worker")
    assert (found.verdict, says in found.says) == (Verdict.WRONG, True)


async def test_a_database_that_answers_reads_alone_is_wrong(room: Room) -> None:
    await room.set_up()
    async with room.parts.database.engine.begin() as connection:
        name = (await connection.execute(text("SELECT current_database()"))).scalar_one()
        await connection.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
    await room.parts.database.engine.dispose()
    try:
        found = await room.found("This installation: Database")
    finally:
        async with room.parts.database.engine.begin() as connection:
            await connection.execute(text("SET TRANSACTION READ WRITE"))
            await connection.execute(text(f'ALTER DATABASE "{name}" RESET default_transaction_read_only'))
        await room.parts.database.engine.dispose()
    assert (found.verdict, "it is read-only" in found.says) == (Verdict.WRONG, True)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"smtp_host": None}, "No mail server is set"),
        ({"smtp_port": 9}, "nothing listens there"),
        ({"mail_from": "nobody"}, "because of its sender"),
        ({"smtp_security": "tls"}, "does not speak TLS"),
    ],
)
async def test_a_mail_server_that_cannot_be_used_is_wrong(
    room: Room, changes: dict[str, object], says: str
) -> None:
    await room.set_up()
    room.parts = replace(room.parts, settings=room.parts.settings.model_copy(update=changes))
    found = await room.found("This installation: Mail server")
    assert (found.verdict, says in found.says) == (Verdict.WRONG, True)


async def test_a_password_that_the_mail_server_refuses_is_never_shown(room: Room) -> None:
    await room.set_up()
    changes = {"smtp_user": "nobody", "smtp_password": SecretStr("a-secret-password")}
    room.parts = replace(room.parts, settings=room.parts.settings.model_copy(update=changes))
    found = await room.found("This installation: Mail server")
    assert found.verdict is Verdict.WRONG
    assert "a-secret-password" not in f"{found.says} {found.do}"


async def test_our_clock_is_held_against_the_vendors(room: Room) -> None:
    await room.set_up()
    right = room.parts.now
    room.parts = replace(room.parts, now=lambda: right() + timedelta(minutes=10))
    assert "ahead of Lever's" in (await room.found("This installation: Clock, by Lever's")).says
    assert "ahead of Crosschq's" in (await room.found("This installation: Clock, by Crosschq's")).says


@pytest.mark.parametrize(
    ("seconds", "verdict"), [(0, Verdict.OK), (30, Verdict.OK), (31, Verdict.WRONG), (-31, Verdict.WRONG)]
)
def test_half_a_minute_of_skew_is_borne(seconds: int, verdict: Verdict) -> None:
    assert told_skew("Lever", timedelta(seconds=seconds))[0] is verdict
