"""`crosschq-lever demo`: everything on this machine with a sandbox, stories of candidates and prospects, then yours."""

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from cli.demo_printed import console, heading, print_addresses, print_step
from deployments.stack import CANNOT_START, Stack, running_stack
from onboarding.blueprint import Blueprint, BlueprintError
from onboarding.connecting import connect
from onboarding.webhooks import WebhookNotMadeError
from outbound.errors import VendorError
from outbound.transport import CallFailed
from tools.demo.admin import Admin
from tools.demo.browser import Browser
from tools.demo.connection import (
    CROSSCHQ_TOKEN,
    NO_PROSPECTS,
    USUAL_WAITS,
    ProspectSwitches,
    Waits,
    connection_file,
)
from tools.demo.ending import Ending
from tools.demo.mailbox import Owner
from tools.demo.opening import Opening
from tools.demo.people import CrosschqPeople, LeverPeople
from tools.demo.prospects import TABLE, ProspectStory
from tools.demo.settings import admins_password, demo_settings
from tools.demo.story import StepFailed, Story, Told
from wiring import open_parts

WAITS = Waits(follow_up_after="10 seconds", settle_after="3 seconds")
"""Of the demo: nobody watches for two weeks."""


async def run_demo(*, stay: bool) -> int:
    """0 when the story came true; 1 naming the step, or the process, that failed."""
    doing = Doing()
    try:
        settings = demo_settings()
        console.print("Starting everything on this machine:")
        async with running_stack(settings, with_sandbox=True, progress=_ready(time.monotonic())) as stack:
            await _play(stack, doing)
            if stay:
                doing.step = "Staying up"
                print_addresses(stack, admins_password(settings))
                await stack.watch()
    except FAILURES as error:
        console.print("[bold red]The demo failed.[/bold red]")
        console.print(f"{doing.step}: {error}", markup=False)
        return 1
    return 0


FAILURES = (
    *CANNOT_START,
    BlueprintError,
    StepFailed,
    VendorError,
    WebhookNotMadeError,
    CallFailed,
)


@dataclass
class Doing:
    """What the demo is at, to be named if it fails."""

    step: str = "Starting"


def _ready(began: float) -> Callable[[str], None]:
    return lambda name: print_step(name, time.monotonic() - began)


async def _play(stack: Stack, doing: Doing) -> None:
    doing.step = "Setting the connection up on the pages"
    began = time.monotonic()
    async with (
        httpx.AsyncClient(timeout=10) as http,
        httpx.AsyncClient(timeout=90, base_url=stack.settings.pages_url) as pages,
    ):
        lever, crosschq = LeverPeople(http, stack.lever_url), CrosschqPeople(http, stack.crosschq_url)
        admin = Admin(Browser(pages), admins_password(stack.settings))
        opening = await _open(stack, admin, lever, crosschq, doing)
        heading("One candidate's story")
        first = Story(lever, crosschq)
        await _tell(first.play(), doing)
        await _tell(_looked_up(admin, first), doing)
        print_step("in all, from the first page to the report", time.monotonic() - began)
        owner = Owner(http, stack.mailbox_url)
        heading("A second candidate has a report, too, and is hired")
        await _tell(Ending(await _with_report(lever, crosschq, doing), owner).hired_in_lever(), doing)
        heading(
            "About a third one nobody says anything",
            f": the owner is asked {WAITS.follow_up_after} after the report, and can change the answer for "
            f"{WAITS.settle_after} (in earnest: 14 days and 10 minutes)",
        )
        await _tell(
            Ending(await _with_report(lever, crosschq, doing), owner).not_hired_says_the_owner(), doing
        )
        await _tell_of_prospects(stack, opening, first, doing)


async def _open(
    stack: Stack, admin: Admin, lever: LeverPeople, crosschq: CrosschqPeople, doing: Doing
) -> Opening:
    heading("An admin sets it up on the pages")

    async def connect_again() -> None:
        await connect_sandbox(stack, lever, crosschq, WAITS)

    opening = Opening(admin, lever, crosschq, WAITS, connect_again)
    await _tell(opening.play(stack.settings.first_run_code.get_secret_value()), doing)
    return opening


async def _looked_up(admin: Admin, story: Story) -> AsyncIterator[Told]:
    words = await admin.what_came_of_the_move(story.opportunity_id)
    yield story.told(f"The admin looked the move up on the pages, beside the link to its run: '{words}'")


async def _tell_of_prospects(stack: Stack, opening: Opening, first: Story, doing: Doing) -> None:
    heading("References who opted in become leads")
    admin, connection = opening.admin, opening.connection
    prospects = ProspectStory(Story(first.lever, first.crosschq, email=first.email), stack.settings)
    await admin.set_prospect_switches(connection, "A demo begins anew", are_on=False)
    await _tell(prospects.gather(), doing)
    await admin.set_prospect_switches(connection, "They opted in to hear of jobs", are_on=True)
    await _tell(prospects.backfill(), doing)
    await _tell(prospects.goes_on(), doing)
    console.print(
        f"  Look in Prefect: {stack.prefect_url}/artifacts/key/{TABLE} has the table of each export, "
        f"{stack.prefect_url}/artifacts all with their progress."
    )


async def _tell(steps: AsyncIterator[Told], doing: Doing) -> None:
    with console.status("The flows are at work ..."):
        async for told in steps:
            print_step(told.step, told.seconds)
            doing.step = f"After '{told.step}'"


async def _with_report(lever: LeverPeople, crosschq: CrosschqPeople, doing: Doing) -> Story:
    story = Story(lever, crosschq)
    doing.step = "Bringing another candidate to a report"
    async for _told in story.play():
        pass
    return story


async def connect_sandbox(
    stack: Stack,
    lever: LeverPeople,
    crosschq: CrosschqPeople,
    waits: Waits = USUAL_WAITS,
    prospects: ProspectSwitches = NO_PROSPECTS,
) -> None:
    """Does what an admin does: writes the connection file, connects, and enters the webhook in Crosschq."""
    file = stack.settings.data_dir / "connection.toml"
    file.write_text(await connection_file(lever, crosschq.url, datetime.now(UTC), waits, prospects))
    async with open_parts(stack.settings) as parts:
        base = str(stack.settings.public_base_url)
        connected = await connect(parts, Blueprint.from_file(file), "demo", base)
    await crosschq.send_webhooks_to(connected.crosschq_webhook_url, CROSSCHQ_TOKEN)
