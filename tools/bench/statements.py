"""The statements that our database is asked by schedule, by scrape and by page load: recorded while all of it is done.

What there is to do is read from the code, so that nothing new is left out: reconcile's own tables of its looks, the
routes of the private port, the filters and kinds that the pages offer. The gateway's loops are named here, and a test
holds that there are no others.
"""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route

from flows.reconcile import OF_VENDORS, OWN_WORK
from pages.admin.app import create_admin_routes
from pages.admin.audit_words import WHICH
from pages.admin.delivery_words import KINDS, OUTCOMES
from store.database import Database
from store.outcome_tables import FollowUp
from store.tables import Connection, Delivery
from store.wake_ups import WakeUp
from tasks.looks import Look
from tools.bench.figures import NotMeasured
from tools.bench.history import LARGE
from tools.demo.admin import Admin
from tools.demo.browser import Browser
from webhook_gateway.dispatch import Dispatcher
from webhook_gateway.health import PoolSeen
from webhook_gateway.metrics import Metrics
from webhook_gateway.private import create_private_app
from webhook_gateway.readiness import Readiness
from webhook_gateway.status import StatusBoard
from webhook_gateway.wake_ups import Armer
from wiring import Parts, use_parts

A_WINDOW = re.compile(r"\.id >= \$\d+::INTEGER AND \w+\.id < \$\d+::INTEGER")
"""Of so many ids (store.sealed_columns): where those are most of a table, its size is what bounds the statement."""
COUNT_OF_ALL = "GROUP BY prospect.state"
"""An export at work says how many of all its connection's prospects are how far: those are the whole table, mostly."""

A_PATTERN = re.compile(r"LIKE \$\d")
"""Made for any pattern a plan reads all, and costs so much that PostgreSQL goes on making one for each."""
EXPLAIN_GENERIC = """
    CREATE OR REPLACE FUNCTION pg_temp.explain_generic(query text) RETURNS json LANGUAGE plpgsql AS $$
    DECLARE plan json;
    BEGIN
        EXECUTE 'EXPLAIN (GENERIC_PLAN, FORMAT JSON) ' || query INTO plan;
        RETURN plan;
    END $$
"""
"""The plan for any values, which a prepared statement may have after some executions."""

NO_PAGES = ("/static/", "/sign-in/oidc")
"""What begins so asks our database nothing, or a provider of OpenID Connect that is not there."""
_NEIGHBOUR = re.compile(r'href="(/[a-z]+\?[^"]*(?:older|newer|after|before)=[^"]*)"')


Values = Sequence[Any]
"""Of one statement, or of many at once."""


@dataclass(frozen=True)
class Statement:
    sql: str
    values: tuple[Any, ...]
    occasion: str


@dataclass
class Recording:
    """Each statement with its values once, with what was going on when it was first asked."""

    occasion: str = ""
    statements: dict[tuple[str, str], Statement] = field(default_factory=dict)

    def hear(self, sql: str, values: Values) -> None:
        of_one = values[0] if values and isinstance(values[0], tuple) else values
        one = Statement(sql, tuple(of_one), self.occasion)
        self.statements.setdefault((sql, repr(one.values)), one)


@contextmanager
def recording(database: Database) -> Iterator[Recording]:
    """For the length of the block."""
    made = Recording()

    def hear(_connection: object, _cursor: object, sql: str, values: Values, *_: object) -> None:
        made.hear(sql, values)

    event.listen(database.engine.sync_engine, "before_cursor_execute", hear)
    try:
        yield made
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", hear)


class NothingDue:
    """In the place of Prefect: what is filled in is not due, so nobody orders a run."""

    async def start(self, delivery: Delivery) -> str:
        raise NotMeasured(f"delivery {delivery.id} was due")

    async def schedule(self, wake_up: WakeUp) -> str:
        raise NotMeasured(f"follow-up {wake_up.follow_up_id} had no run")

    async def cancel(self, flow_run_id: str) -> None:
        raise NotMeasured(f"run {flow_run_id} was void")

    async def pool(self, name: str) -> PoolSeen | None:
        """No such pool."""


LOOPS: Mapping[str, Callable[[Parts], Awaitable[object]]] = {
    "Dispatcher": lambda parts: Dispatcher(parts.database, NothingDue(), Metrics()).dispatch_due(),
    "Armer": lambda parts: Armer(parts.database, NothingDue()).arm_once(),
}
"""One turn of each loop of the gateway, by its class."""


async def read_whole(database: Database, statements: Iterable[Statement]) -> AsyncIterator[str]:
    """Those whose plan has a scan of a whole large table, in words."""
    async with database.engine.connect() as connection:
        for one in statements:
            if tables := await _read_whole(connection, one):
                yield f"{one.occasion} reads all of {', '.join(sorted(tables))}:\n{one.sql}"


async def _read_whole(connection: AsyncConnection, one: Statement) -> set[str]:
    if one.sql.endswith(COUNT_OF_ALL) or A_WINDOW.search(one.sql):
        return set()
    if not one.sql.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
        return set()
    async with connection.begin() as transaction:
        answer = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {one.sql}", one.values)
        plans = [_read_plan(answer.scalar_one())]
        if not A_PATTERN.search(one.sql):
            await connection.exec_driver_sql(EXPLAIN_GENERIC)
            answer = await connection.exec_driver_sql("SELECT pg_temp.explain_generic($1)", (one.sql,))
            plans.append(_read_plan(answer.scalar_one()))
        await transaction.rollback()
    return {table for table in _scanned(plans) if table in LARGE}


def _read_plan(answer: object) -> object:
    return json.loads(answer) if isinstance(answer, str) else answer


def _scanned(plan: object) -> Iterator[str]:
    if isinstance(plan, list):
        for one in plan:
            yield from _scanned(one)
    elif isinstance(plan, dict):
        if plan.get("Node Type") == "Seq Scan":
            yield plan["Relation Name"]
        for one in plan.values():
            yield from _scanned(one)


async def by_schedule(parts: Parts, heard: Recording) -> None:
    """One turn of everything that begins by itself. Raises what a look would only have remembered."""
    for name, turn in LOOPS.items():
        heard.occasion = name
        await turn(parts)
    async with parts.database.transaction() as session:
        connections = (await session.scalars(select(Connection.id))).all()
    with use_parts(parts):
        for name, ask in OWN_WORK.items():
            look = Look(name)
            await _look(heard, look, ask(look))
        for asks in OF_VENDORS.values():
            for name, ask_of in asks.items():
                for one in connections:
                    look = Look(name, one)
                    await _look(heard, look, ask_of(look, one))


async def _look(heard: Recording, look: Look, asking: Awaitable[None]) -> None:
    heard.occasion = str(look)
    await asking
    if look.failures:
        raise ExceptionGroup(str(look), look.failures)


def _private_app(parts: Parts) -> Starlette:
    readiness = Readiness(parts.database)
    board = StatusBoard(
        parts.database,
        readiness,
        NothingDue(),
        work_pool=parts.settings.work_pool,
        data_dir=parts.settings.data_dir,
        now=parts.now,
    )
    routes = create_admin_routes(parts)
    return create_private_app(
        parts.database, Metrics(), routes, readiness=readiness, board=board, patience=60
    )


async def by_page(parts: Parts, heard: Recording, opportunity_id: str) -> list[str]:
    """Loads every page of the private port in every way that it offers; the addresses. The opportunity is in Lever."""
    app = _private_app(parts)
    base, asked = parts.settings.pages_url, list[str]()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base, timeout=60) as http:
        admin = Admin(Browser(http), "the admin's password")
        await admin.come_in(parts.settings.first_run_code.get_secret_value())
        to_ask = await _addresses(parts, [*_pages(app.routes)], opportunity_id)
        while to_ask:
            asked.append(address := to_ask.pop(0))
            heard.occasion = f"GET {address}"
            answer = await http.get(address)
            if answer.status_code >= 400:
                raise NotMeasured(f"{address} answered {answer.status_code}")
            beside = [one.replace("&amp;", "&") for one in _NEIGHBOUR.findall(answer.text)]
            is_first = not _NEIGHBOUR.search(f'href="{address}"')
            to_ask += [one for one in beside if is_first and one not in asked + to_ask]
    return asked


def _pages(routes: Sequence[BaseRoute]) -> Iterator[str]:
    for route in routes:
        if (
            isinstance(route, Route)
            and "GET" in (route.methods or ())
            and not route.path.startswith(NO_PAGES)
        ):
            yield route.path


async def _addresses(parts: Parts, paths: list[str], opportunity_id: str) -> list[str]:
    async with parts.database.transaction() as session:
        ids = {
            table: (await session.scalars(select(table.id).order_by(table.id).limit(1))).one()
            for table in (Connection, Delivery, FollowUp)
        }
    of_rows = {
        "connections": ids[Connection],
        "deliveries": ids[Delivery],
        "follow-ups": ids[FollowUp],
    }
    return [
        path.replace("{id:int}", str(of_rows.get(path.split("/")[1]))) + query
        for path in paths
        for query in ("", *_queries(path, ids[Connection], opportunity_id))
    ]


def _queries(path: str, connection_id: int, opportunity_id: str) -> list[str]:
    match path:
        case "/deliveries":
            alone = [
                *(f"state={one}" for one in OUTCOMES),
                *(f"event={one}" for one in KINDS),
                f"connection={connection_id}",
                "opportunity=opportunity-77",
                "opportunity=nobody",
            ]
            both = [f"state={one}&connection={connection_id}" for one in OUTCOMES]
            both += [f"state=dead&event={one}" for one in KINDS]
            return [f"?{one}" for one in alone + both]
        case "/audit":
            kinds = [f"which={one}" for one in WHICH]
            return [f"?{one}" for one in kinds + [f"{kind}&connection={connection_id}" for kind in kinds]]
        case "/waiting":
            return ["?ended=on"]
        case "/preview":
            return [f"?connection={connection_id}&opportunity={opportunity_id}"]
        case _ if path.endswith("/self-test"):
            return ["?check=now"]
        case _:
            return []
