"""An attempt frozen between its intent and its call, which goes on when another has done the work, sends nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from crosschq.auth import KeyAuth
from crosschq.client import CrosschqClient
from crosschq.dialect import HiringStatus
from crosschq.new_request import Candidate, NewReferenceRequest
from crosschq.reasons import reason_of as crosschqs_reason
from lever.answers import reason_of as levers_reason
from lever.auth import api_key
from lever.client import LeverClient
from lever.models import NewOpportunity
from mail.sending import send
from outbound.http import VendorHttp
from outbound.limiter import Priority
from sandbox.crosschq.app import create_app as create_crosschq
from sandbox.crosschq.options import CrosschqOptions
from sandbox.lever.app import create_app as create_lever
from sandbox.lever.options import LeverOptions
from store.attempts import Attempt
from store.claiming import claim
from store.database import Database
from store.deliveries import Deliveries
from store.tables import Delivery, DeliveryState, Vendor
from store.vault import Vault
from tasks.case import Case
from tasks.effects import Superseded, once, repeatable
from tests.factories import connect, settings_at
from tests.mail.conftest import LATER, Scripted, scripted
from tests.mail.examples import letter
from tests.store.inbox import running, stage_change, take_up
from tests.tasks.test_shadow_gate import WRITES
from wiring import open_parts

__all__ = ["scripted"]

LEVER, CROSSCHQ = "http://lever.test", "http://crosschq.test"


class Turns:
    """A limiter at which one call can be frozen: the next but `skip`."""

    def __init__(self) -> None:
        self.is_frozen, self.goes_on = asyncio.Event(), asyncio.Event()
        self._freeze_in: int | None = None

    def freeze(self, skip: int = 0) -> None:
        self._freeze_in = skip

    async def take(self, priority: Priority) -> None:
        if self._freeze_in is None:
            return
        if self._freeze_in:
            self._freeze_in -= 1
            return
        self._freeze_in = None
        self.is_frozen.set()
        await self.goes_on.wait()


@dataclass
class Line(httpx.AsyncBaseTransport):
    """To a stand-in; remembers the writes that left."""

    stand_in: httpx.AsyncBaseTransport
    written: list[str] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method != "GET" and not request.url.path.startswith("/sandbox"):
            self.written.append(f"{request.method} {request.url.path}")
        return await self.stand_in.handle_async_request(request)


@dataclass
class Vendors:
    """Both stand-ins, our clients of them, and one candidate with an open request."""

    lever: LeverClient
    crosschq: CrosschqClient
    turns: Turns
    lines: tuple[Line, Line]
    by: str = ""
    opportunity: str = ""
    request: str = ""

    @property
    def written(self) -> list[str]:
        return [one for line in self.lines for one in line.written]

    def ask(self, name: str) -> NewReferenceRequest:
        return NewReferenceRequest(
            candidate=Candidate(first_name=name, last_name="Invented", email=f"{name}@people.test"),
            survey="software-engineer",
            counts={"managers": 2, "employees": 0, "peers": 1, "business": 0, "social": 0},
            requestor="rec@ex.test",
            job_position="Nurse",
        )


async def _at_once(_: float) -> None:
    """A wait that is over."""


@pytest.fixture
async def vendors() -> AsyncIterator[Vendors]:
    turns = Turns()
    levers = Line(
        httpx.ASGITransport(create_lever(LeverOptions(base_url=LEVER, size=1, rate=1e6, burst=1_000_000)))
    )
    crosschqs = Line(httpx.ASGITransport(create_crosschq(CrosschqOptions(base_url=CROSSCHQ))))
    async with (
        httpx.AsyncClient(transport=levers, base_url=f"{LEVER}/v1", auth=api_key("lever-sandbox-key")) as one,
        httpx.AsyncClient(
            transport=crosschqs, base_url=CROSSCHQ, auth=KeyAuth("crosschq-sandbox-key")
        ) as two,
    ):
        lever = LeverClient(VendorHttp("Lever", one, turns, levers_reason, sleep=_at_once))
        crosschq = CrosschqClient(VendorHttp("Crosschq", two, turns, crosschqs_reason, sleep=_at_once))
        made = Vendors(lever, crosschq, turns, (levers, crosschqs))
        made.by = dict((await one.get(f"{LEVER}/sandbox/cast")).json())["users"]["integration"]["id"]
        made.opportunity = (await lever.create_opportunity(a_lead("before"), made.by)).id
        made.request = await crosschq.request_references(made.ask("before"))
        for line in made.lines:
            line.written.clear()
        yield made


def a_lead(name: str) -> NewOpportunity:
    return NewOpportunity(name=name, emails=(f"{name}@people.test",), sources=("Crosschq",))


@pytest.fixture
async def case(database: Database, vault: Vault, store_url: str, tmp_path: Path) -> AsyncIterator[Case]:
    attempt = await running(database, stage_change(await connect(database, vault)))
    async with open_parts(settings_at(tmp_path, store_url)):
        yield await _case(database, attempt)


async def _case(database: Database, attempt: Attempt) -> Case:
    async with database.transaction() as session:
        delivery = await Deliveries(session).get(attempt.delivery_id)
    assert delivery
    return Case.from_delivery(delivery)


async def next_attempt(database: Database, old: Case) -> Case:
    """As `reconcile` sets the silent one free, and the dispatcher and a worker take it up."""
    delivery_id = old.attempt.delivery_id
    async with database.transaction() as session:
        free = {"state": DeliveryState.WAITING, "next_attempt_at": Delivery.received_at}
        await session.execute(update(Delivery).where(Delivery.id == delivery_id).values(free))
        delivery = await claim(session, delivery_id)
    assert delivery
    attempt = Attempt(delivery.id, delivery.attempt)
    assert await take_up(database, attempt)
    return await _case(database, attempt)


Write = Callable[[Vendors], Awaitable[object]]

ACTS: dict[str, Write] = {
    "add_tags": lambda v: v.lever.add_tags(v.opportunity, ["Crosschq: sent"], v.by),
    "remove_tags": lambda v: v.lever.remove_tags(v.opportunity, ["Crosschq: sent"], v.by),
    "add_note": lambda v: v.lever.add_note(v.opportunity, "Sent.", v.by),
    "add_links": lambda v: v.lever.add_links(v.opportunity, ["https://crosschq.test/report"], v.by),
    "add_file": lambda v: v.lever.add_file(v.opportunity, "report.pdf", b"%PDF-1", "application/pdf", v.by),
    "archive": lambda v: v.lever.archive(v.opportunity, None, v.by),
    "create_opportunity": lambda v: v.lever.create_opportunity(a_lead("rosa"), v.by),
    "request_references": lambda v: v.crosschq.request_references(v.ask("rosa")),
    "set_outcome": lambda v: v.crosschq.set_outcome(v.request, HiringStatus.NOT_HIRED),
    "cancel_request": lambda v: v.crosschq.cancel_request(v.request),
}


def test_every_write_of_ours_is_frozen_below() -> None:
    assert set(ACTS) == WRITES


def doing(vendors: Vendors, *writes: Write) -> Callable[[], Awaitable[str]]:
    async def act() -> str:
        for write in writes:
            await write(vendors)
        return "done"

    return act


async def nothing_found() -> None:
    return None


async def _frozen_and_overtaken(
    database: Database, old: Case, turns: Turns, attempt_at_it: Callable[[Case], Awaitable[Any]]
) -> None:
    """The old attempt is frozen, the next one does it all; then the old one goes on."""
    frozen = asyncio.ensure_future(attempt_at_it(old))
    await asyncio.wait_for(turns.is_frozen.wait(), 10)
    await attempt_at_it(await next_attempt(database, old))
    turns.goes_on.set()
    with pytest.raises(Superseded, match="not at attempt 1 any more"):
        await frozen


@pytest.mark.parametrize("name", list(ACTS))
async def test_a_frozen_attempt_writes_nothing_more(
    case: Case, database: Database, vendors: Vendors, name: str
) -> None:
    act = doing(vendors, ACTS[name])
    vendors.turns.freeze()
    await _frozen_and_overtaken(
        database,
        case,
        vendors.turns,
        lambda one: once(one, "act/1", act, at=Vendor.LEVER, find=nothing_found),
    )
    assert len(vendors.written) == 1, vendors.written


@pytest.mark.parametrize("name", ["add_tags", "remove_tags"])
async def test_nor_what_may_be_done_twice(
    case: Case, database: Database, vendors: Vendors, name: str
) -> None:
    act = doing(vendors, ACTS[name])
    vendors.turns.freeze()
    await _frozen_and_overtaken(
        database, case, vendors.turns, lambda one: repeatable(one, f"tag/{one.attempt.token}", act)
    )
    assert len(vendors.written) == 1


async def test_of_an_act_of_several_calls_the_rest_is_not_made(
    case: Case, database: Database, vendors: Vendors
) -> None:
    act = doing(vendors, ACTS["add_tags"], ACTS["add_note"])
    vendors.turns.freeze(skip=1)
    await _frozen_and_overtaken(
        database,
        case,
        vendors.turns,
        lambda one: once(one, "act/1", act, at=Vendor.LEVER, find=nothing_found),
    )
    assert [path.rpartition("/")[2] for path in vendors.written] == ["addTags", "addTags", "notes"]


async def test_a_call_is_not_repeated_by_a_frozen_attempt(
    case: Case, database: Database, vendors: Vendors
) -> None:
    async with httpx.AsyncClient(transport=vendors.lines[0], base_url=LEVER) as people:
        knobs = {"fail_status": 429, "fail_count": 1, "match": "POST .*/notes"}
        (await people.put("/sandbox/knobs", json=knobs)).raise_for_status()
    act = doing(vendors, ACTS["add_note"])
    vendors.turns.freeze(skip=1)
    await _frozen_and_overtaken(
        database,
        case,
        vendors.turns,
        lambda one: once(one, "act/1", act, at=Vendor.LEVER, find=nothing_found),
    )
    assert len(vendors.written) == 2, "the refused one, and the next attempt's"


async def test_a_mail_is_not_handed_over_by_a_frozen_attempt(
    case: Case, database: Database, scripted: Scripted
) -> None:
    script, server = await scripted({"DATA": LATER})
    message = letter()

    async def act() -> str:
        return await send(message, server)

    frozen = asyncio.ensure_future(once(case, "mail/1", act, at=None))
    await asyncio.wait_for(script.data_is_asked.wait(), 10)
    await next_attempt(database, case)
    script.data_may_come.set()
    with pytest.raises(Superseded):
        await frozen
    await asyncio.wait_for(script.is_lost.wait(), 10)
    assert script.mails == []
