"""An admin sets everything up alone, on the real stack and in a real browser, and sees what became of a webhook.

The Lever and the Crosschq are a pair of this journey's own: those of the session's stack are connected by a file.
"""

import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Locator, async_playwright, expect
from sqlalchemy import select

from deployments.stack import Stack
from onboarding.pausing import pause
from store.audits import PersonsWord
from store.tables import WebhookEndpoint
from tests.flows.erasing import everything, naming
from tests.journeys.admin_pages import (
    NAME,
    PASSWORD,
    AdminPages,
    Finding,
    LeverPages,
    enter_webhook_in_crosschq,
)
from tests.journeys.conftest import CHROMIUM, QUIET
from tests.onboarding.conftest import vendors
from tests.onboarding.desk import Vendors
from tools.demo.people import CrosschqPeople, LeverPeople
from tools.demo.story import Story
from wiring import make_parts

__all__ = ["vendors"]

pytestmark = [
    pytest.mark.stack,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]

ACTS_FOR_US = "Inga Integra (inga.integra@employer.example)"
TOKEN = "a-token-that-the-admin-chose"
WHY = "Lever answers again."
MOVED = "Webhooks: Candidate Stage Change: events received"
RARE = [
    f"Webhooks: {name}: events received"
    for name in ("Candidate Hired", "Candidate Archive Change", "Candidate Deleted")
]
TO_KNOW = {"Lever: Confidential access": "Info"}
SEEN_IN_A_RUN = 60_000
"""Milliseconds until a run of the worker has done its work, on a busy machine."""


@dataclass(frozen=True)
class Alone:
    """The admin's browser, and what other people do at the two vendors."""

    stack: Stack
    pages: AdminPages
    lever: LeverPages
    people: LeverPeople
    crosschq: CrosschqPeople
    connection: str
    """The path of its page."""

    @property
    def number(self) -> str:
        return self.connection.rpartition("/")[2]

    async def watch(self, kind: str = "candidateStageChange") -> None:
        """Opens the connection's deliveries of a kind; the list shows news as they come."""
        await self.pages.open(f"/deliveries?connection={self.number}&event={kind}")

    def row(self, opportunity_id: str) -> Locator:
        return self.pages.page.locator("#rows tr", has_text=opportunity_id)

    async def has_come_to(self, opportunity_id: str, words: str) -> None:
        await expect(self.row(opportunity_id)).to_contain_text(words, timeout=SEEN_IN_A_RUN)

    def story(self, candidate: dict[str, str]) -> Story:
        return Story(self.people, self.crosschq, opportunity_id=candidate["id"], email=candidate["email"])


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        await opened.close()


@pytest.fixture(scope="module")
async def alone(stack: Stack, vendors: Vendors, chromium: Browser) -> AsyncIterator[Alone]:
    """From the first run to a connection that is set up, each step as the pages lead to it."""
    await vendors.reset()
    page = await (await chromium.new_context()).new_page()
    page.set_default_timeout(10_000)
    base = f"http://{stack.settings.private_host}:{stack.settings.private_port}"
    pages, lever = AdminPages(page, base), LeverPages(page, vendors.lever_url)
    await pages.first_run(stack.settings.first_run_code.get_secret_value())
    await pages.sign_in_again()
    connection = await pages.begin_connection(
        "Acme",
        lever_key="lever-sandbox-key",
        lever_url=f"{vendors.lever_url}/v1",
        crosschq_key="crosschq-sandbox-key",
        crosschq_url=vendors.crosschq_url,
        webhook_token=TOKEN,
    )
    await choose_settings(pages)
    await pages.make_webhooks(connection)
    url = await pages.field("Crosschq Webhook URL").input_value()
    await enter_webhook_in_crosschq(page, vendors.crosschq_url, url, TOKEN)
    people = LeverPeople(vendors.http, vendors.lever_url)
    crosschq = CrosschqPeople(vendors.http, vendors.crosschq_url)
    made = Alone(stack, pages, lever, people, crosschq, connection)
    yield made
    async with make_parts(stack.settings) as parts:
        # Both vendors go: nobody is to look there any more while other journeys are under way.
        await pause(parts, int(made.number), PersonsWord("test", "The journey is over."))


async def choose_settings(pages: AdminPages) -> None:
    """On the page where the new connection has led: stage, user, and one template, by its buttons."""
    page = pages.page
    await page.get_by_role("checkbox", name=re.compile(r"^Crosschq \(")).check()
    await pages.field("Perform actions as (Lever user)").select_option(label=ACTS_FOR_US)
    template = page.locator(r"#templates\.0")
    await template.get_by_label("Name").fill("Engineers")
    await template.get_by_label("Job function").select_option(label="Software Engineer")
    await pages.press("Show the references of this job function")
    for which, number in (("Managers", 1), ("Direct Reports", 0), ("Customers/Suppliers", 0), ("Mentors", 0)):
        await count_to(template, which, number)
    await count_to(template, "Coworkers/Peers", 3)
    await template.get_by_label("Lever tag").fill("crosschq-engineer")
    await pages.press("Save")
    await expect(page.get_by_text("Stored. Both vendors agree with it.")).to_be_visible()


async def count_to(template: Locator, which: str, number: int) -> None:
    """By presses of + and -."""
    field = template.get_by_label(which, exact=True)
    while (counted := int(await field.input_value())) != number:
        way, step = ("One more", 1) if counted < number else ("One less", -1)
        await template.get_by_role("button", name=f"{way}: {which}").click()
        await expect(field).to_have_value(str(counted + step))


def not_ok(findings: Mapping[str, Finding]) -> dict[str, str]:
    """What the self-test finds not to have passed, with its verdict."""
    return {title: one.verdict for title, one in findings.items() if one.verdict != "Passed"}


async def test_the_self_test_is_green_and_says_what_was_not_seen_yet(alone: Alone) -> None:
    not_seen = [MOVED, *RARE, "Webhooks: Crosschq: events received"]
    connector = "Crosschq: Crosschq's own Lever connector"
    findings = await alone.pages.self_test(alone.connection)
    assert not_ok(findings) == TO_KNOW | dict.fromkeys([*not_seen, connector], "Not verified yet")
    await alone.lever.verify_connections()
    await alone.pages.say_own_connector_is_off(alone.connection)
    findings = await alone.pages.self_test(alone.connection)
    assert not_ok(findings) == TO_KNOW | dict.fromkeys(not_seen, "Not verified yet")
    # A ping says nothing of the toggles in Lever.
    assert {findings[title].says.partition(" on ")[0] for title in (MOVED, *RARE)} == {"A ping came"}


async def test_a_move_in_lever_is_followed_on_the_pages_to_the_report_on_the_profile(
    alone: Alone, chromium: Browser
) -> None:
    candidate = await alone.people.meet_candidate()
    recruiter = LeverPages(await chromium.new_page(), alone.people.url)
    await alone.watch()
    await recruiter.move(candidate)
    await alone.has_come_to(candidate["id"], "Done")
    await alone.row(candidate["id"]).get_by_role("link").first.click()
    await expect(alone.pages.page.get_by_text(re.compile("template .Engineers"))).to_be_visible()
    await is_shown_by_prefect(alone, candidate["id"])

    (request,) = await alone.crosschq.requests_for(candidate["email"])
    for act in ("self_reference", "add_references", *4 * ["answer_next"]):
        await alone.crosschq.act(request["id"], act)
    await alone.story(candidate).wait_for_status("Crosschq: complete")
    profile = recruiter.page
    await profile.goto(f"{alone.people.url}/candidates/{candidate['id']}")
    await expect(profile.get_by_text("Crosschq report complete: 4 of 4 references answered.")).to_be_visible()
    await profile.get_by_role("link", name=f"/reports/{request['id']}").click()
    await expect(profile.get_by_role("heading", name=candidate["name"]).first).to_be_visible()
    findings = await alone.pages.self_test(alone.connection)
    assert not_ok(findings) == TO_KNOW | dict.fromkeys(RARE, "Not verified yet")


async def is_shown_by_prefect(alone: Alone, opportunity_id: str) -> None:
    """The link on the delivery's page opens Prefect's UI at that run, for who is signed in there."""
    page, prefect = alone.pages.page, alone.stack.prefect_url
    signing_in = await page.context.new_page()
    await signing_in.goto(f"{prefect}/login")
    word = alone.stack.settings.prefect_auth_string.get_secret_value()
    await signing_in.get_by_placeholder("admin:pass").fill(word)
    await signing_in.get_by_role("button", name="Login").click()
    await expect(signing_in).to_have_url(f"{prefect}/dashboard")
    link = page.get_by_role("link", name="in Prefect").first
    run = await link.get_attribute("href")
    await link.click()
    await expect(page).to_have_url(f"{prefect}/runs/flow-run/{(run or '').rpartition('/')[2]}")
    await expect(page.get_by_text(f"references-for-{opportunity_id}").first).to_be_visible(timeout=20_000)
    await expect(page.get_by_text("RequestSent").first).to_be_visible()


async def test_a_delivery_that_failed_is_replayed_after_the_repair_and_done_once(
    alone: Alone, chromium: Browser
) -> None:
    candidate = await alone.people.meet_candidate()
    recruiter = LeverPages(await chromium.new_page(), alone.people.url)
    await alone.watch()
    await alone.people.set_knobs(fail_status=400, fail_count=1000, match="/v1/")
    await recruiter.move(candidate)
    await alone.has_come_to(candidate["id"], "Failed - needs attention")
    await alone.people.behave()

    page = alone.pages.page
    await alone.row(candidate["id"]).get_by_role("link", name="Replay or drop it").click()
    await alone.pages.field("Reason").fill(WHY)
    await alone.pages.press("Replay it")
    audit = page.get_by_role("region", name="Audit").get_by_role("row", name=WHY)
    await expect(audit).to_contain_text("replayed: it was dead")
    await expect(audit.get_by_role("cell", name=NAME, exact=True)).to_be_visible()

    await alone.watch()
    await alone.has_come_to(candidate["id"], "Done")
    await expect(alone.row(candidate["id"])).to_have_count(1)
    await alone.story(candidate).wait_for_note("request sent")
    assert len(await alone.crosschq.requests_for(candidate["email"])) == 1


async def secrets_of(alone: Alone) -> set[str]:
    """All that the admin has typed in confidence, and all that was made for the connection."""
    settings = alone.stack.settings
    async with make_parts(settings) as parts, parts.database.transaction() as session:
        ours = WebhookEndpoint.connection_id == int(alone.number)
        endpoints = list(await session.scalars(select(WebhookEndpoint).where(ours)))
        tokens = [json.loads(parts.vault.open(one.secrets)) for one in endpoints if one.secrets]
    assert len(tokens) == 5
    typed = {"lever-sandbox-key", "crosschq-sandbox-key", TOKEN, PASSWORD}
    given = (settings.first_run_code, settings.secret_keys, settings.prefect_auth_string)
    return typed | {token for each in tokens for token in each} | {one.get_secret_value() for one in given}


async def test_no_secret_has_come_into_prefect_the_logs_or_the_audit(alone: Alone) -> None:
    """After all of the journey, its runs included."""
    settings = alone.stack.settings
    prefect = await everything(settings.prefect_store_url)
    ours = await everything(settings.store_url)
    logs = {log.name: log.read_text(errors="replace") for log in (settings.data_dir / "logs").glob("*.log")}
    del logs["sandbox.log"]  # the vendors' own
    audit = [row for row in ours if row.startswith(("audit: ", "delivery: ", "effect: "))]
    seen = [*prefect, *audit, *logs.values()]
    assert naming(["references-for-"], prefect), "the journey's runs are not where they are looked for"
    assert naming(["Delivery "], list(logs.values()))
    assert naming([WHY], audit)
    assert [row[:300] for secret in await secrets_of(alone) for row in naming([secret], seen)] == []
