"""All there is to look at on the pages: rows of every kind, a connection in each state, and every address that is open.

The addresses are read from the route table, so that no new page is forgotten.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import product
from string import Formatter

from pydantic import SecretStr
from sqlalchemy import update
from starlette.routing import Route

from hiring.follow_ups import FollowUpState
from hiring.prospects import IfInLever, OnWithdrawal
from onboarding.beginning import NOT_SET_UP
from sandbox.serve import Server, address, listen
from settings import Settings
from store.outcome_tables import FollowUp
from store.prospect_tables import ProspectSettings
from store.tables import Delivery, DeliveryState, ReferenceRequest, RequestState
from tests.factories import add_template, connect
from tests.onboarding.desk import Vendors
from tests.pages.admin.conftest import Pages, open_pages
from tests.pages.admin.connecting import CROSSCHQ_KEY, LEVER_KEY
from tests.pages.admin.rows import Desk
from tests.store.waits import end
from tools.demo.people import LeverPeople

LONG = "W" * 100
"""A name that fits nowhere and cannot be broken."""
NOBODY = "http://127.0.0.1:9"
"""Where nothing listens."""

STATES: Mapping[str, dict[str, object]] = {
    "Live": {},
    "Begun": {"trigger_stages": [], "perform_as": "", "paused_because": NOT_SET_UP},
    LONG: {"paused_because": f"By hand: {LONG}"},
    "Shadow": {"is_shadow": True, "most_per_hour": 7},
    "Refused": {"paused_because": "Lever, GET /stages: the API key was refused (401)."},
    "Away": {"lever_url": f"{NOBODY}/v1", "crosschq_url": NOBODY},
    "Lost": {"lever_key": b"sealed under a key that is gone"},
}
"""Of connections, by name: what is other than with one that works."""

ALSO: Mapping[str, Sequence[str]] = {
    "/connections/{id:int}/self-test": ["?check=now"],
    "/deliveries": ["?state=dead", "?opportunity=nobody", "?replayed=2"],
    "/waiting": ["?ended=on"],
    "/audit": ["?connection=2&which=people"],
    "/preview": ["?connection=1&opportunity=gone", "?connection=1&opportunity={opportunity}"],
}
"""What else a page shows when it is asked for."""

NO_PAGES = {"/static/{name}"}


@dataclass(frozen=True)
class EveryPage:
    base: str
    pages: Pages
    ids: Mapping[str, Sequence[int]]
    """Of all rows, by the first part of their pages' addresses."""
    opportunity: str
    """One in Lever that would get a request."""

    def addresses(self) -> Iterator[str]:
        """Of every page with every row; a route with a new kind of row has to be told its ids first."""
        for route in self.pages.app.routes:
            assert isinstance(route, Route)
            if "GET" in (route.methods or ()) and route.path not in NO_PAGES:
                for filled, query in product(self._filled(route.path), ["", *ALSO.get(route.path, ())]):
                    yield filled + query.format(opportunity=self.opportunity)

    def _filled(self, path: str) -> list[str]:
        holes = [name for _, name, _, _ in Formatter().parse(path) if name is not None]
        if not holes:
            return [path]
        assert holes == ["id"], f"{path}: say which rows stand there"
        return [path.replace("{id:int}", str(one)) for one in self.ids[path.split("/")[1]]]


@asynccontextmanager
async def every_page(settings: Settings) -> AsyncIterator[EveryPage]:
    """Nobody is the admin yet; `fill` makes one, and the rows. The provider of OpenID Connect is away."""
    with listen("127.0.0.1", 0) as listener:
        base = f"http://127.0.0.1:{address(listener)[1]}"
        told = {
            "private_base_url": base,
            "oidc_issuer": NOBODY,
            "oidc_client_id": "client",
            "oidc_client_secret": SecretStr("secret"),
            "oidc_viewers": "@firm.test",
        }
        changed = Settings(_env_file=None, **{**settings.model_dump(exclude_none=True), **told})
        async with open_pages(changed) as pages:
            server = Server(pages.app)
            serving = asyncio.create_task(server.serve([listener]))
            await server.ready.wait()
            yield EveryPage(
                base, pages, dict.fromkeys(("connections", "deliveries", "follow-ups"), (1,)), "gone"
            )
            server.should_exit = True
            await serving


async def fill(empty: EveryPage, vendors: Vendors) -> EveryPage:
    """With the admin "ada", and rows of every kind."""
    await vendors.reset()
    lever = LeverPeople(vendors.http, vendors.lever_url)
    desk = await _connections(empty.pages, vendors, lever)
    deliveries = await _deliveries(desk)
    for state in RequestState:
        await desk.request(state, f"of-{state.value}-{LONG}", job_position=LONG)
    await _led_to(desk, deliveries[0])
    follow_ups = [await _follow_up(desk, state) for state in FollowUpState]
    await desk.admin.send("/people", "/people/add", name=LONG[:60], password="a viewer's password")
    ids = {
        "connections": range(1, len(STATES) + 1),
        "deliveries": deliveries,
        "follow-ups": follow_ups,
    }
    return replace(empty, ids=ids, opportunity=(await lever.meet_candidate())["id"])


async def _connections(pages: Pages, vendors: Vendors, lever: LeverPeople) -> Desk:
    """In the order of STATES; the desk is that of the first."""
    cast = await lever.cast()
    vault = pages.parts.vault
    usual = {
        "lever_url": f"{vendors.lever_url}/v1",
        "lever_key": vault.seal(LEVER_KEY),
        "crosschq_url": vendors.crosschq_url,
        "crosschq_key": vault.seal(CROSSCHQ_KEY),
        "perform_as": cast["users"]["integration"]["id"],
        "trigger_stages": [cast["stages"]["Crosschq"], "gone"],
    }
    (first, *others) = ({**usual, "name": name, **other} for name, other in STATES.items())
    desk = await Desk.of(pages, **first)
    made = [desk.connected, *[await connect(pages.parts.database, vault, **one) for one in others]]
    for one in made:
        if one.connection.trigger_stages:
            await add_template(pages.parts.database, one.connection, name=LONG, lever_tag=f"tag-{LONG}")
            await add_template(pages.parts.database, one.connection, survey="gone", is_fallback=True)
    rule = {"posting_id": cast["postings"]["sales"]["id"], "tag": LONG, "job_function": None}
    async with pages.parts.database.transaction() as session:
        # The last one is as those that were stored before there were prospects.
        session.add_all(_prospects(one.connection.id, rule) for one in made[:-1])
    return desk


def _prospects(connection_id: int, rule: dict[str, str | None]) -> ProspectSettings:
    return ProspectSettings(
        connection_id=connection_id,
        source="Crosschq",
        tags=["Crosschq prospect", LONG],
        posting_rules=[rule],
        if_in_lever=IfInLever.SKIP,
        on_withdrawal=OnWithdrawal.TAG,
        withdrawal_tag="Crosschq prospect: withdrawn",
    )


async def _deliveries(desk: Desk) -> list[int]:
    """One in each state, with a run, an effect and a word in the audit."""
    made: dict[DeliveryState, int] = {}
    for state in DeliveryState:
        one = await desk.delivery(DeliveryState.DEAD, f"It came to {LONG}.", f"of-{state.value}-{LONG}")
        await desk.admin.send("/", f"/deliveries/{one.id}/drop", why=LONG)
        await desk.effect(one, f"note/{LONG}/request-{one.id}-sent")
        made[state] = one.id
    async with desk.pages.parts.database.transaction() as session:
        for state, which in made.items():
            changed = update(Delivery).where(Delivery.id == which)
            await session.execute(changed.values(state=state, flow_run_id=f"run-{which}"))
    return list(made.values())


async def _led_to(desk: Desk, delivery: int) -> None:
    async with desk.pages.parts.database.transaction() as session:
        await session.execute(update(ReferenceRequest).values(delivery_id=delivery))


async def _follow_up(desk: Desk, state: FollowUpState) -> int:
    made = await desk.follow_up(f"of-{state.value}-{LONG}")
    if state is FollowUpState.ENDED:
        await end(desk.pages.parts.database, made.id, f"No answer: {LONG}.")
    async with desk.pages.parts.database.transaction() as session:
        change = update(FollowUp).where(FollowUp.id == made.id)
        await session.execute(change.values(state=state, asked_role=LONG, flow_run_id=f"run-{made.id}"))
    return made.id
