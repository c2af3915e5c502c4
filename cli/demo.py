"""`crosschq-lever demo`: everything on this machine with a sandbox, three candidates' stories, then yours to play."""

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from rich.console import Console

from demo.connection import CROSSCHQ_TOKEN, USUAL_WAITS, Waits, connection_file
from demo.ending import Ending
from demo.mailbox import Owner
from demo.people import CrosschqPeople, LeverPeople
from demo.settings import demo_settings
from demo.story import StepFailed, Story, Told
from deployments.cluster import ClusterError
from deployments.ports import PortInUseError
from deployments.prefect_api import PrefectApiError
from deployments.processes import ProcessFailedError
from deployments.stack import Stack, running_stack
from onboarding.blueprint import Blueprint, BlueprintError
from onboarding.connecting import connect
from onboarding.webhooks import WebhookNotMadeError
from outbound.errors import VendorError
from wiring import open_parts

console = Console(highlight=False, soft_wrap=True)

WAITS = Waits(follow_up_after="PT10S", settle_after="PT3S")
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
                _print_addresses(stack)
                await stack.watch()
    except FAILURES as error:
        console.print("[bold red]The demo failed.[/bold red]")
        console.print(f"{doing.step}: {error}", markup=False)
        return 1
    return 0


FAILURES = (
    BlueprintError,
    ClusterError,
    PortInUseError,
    PrefectApiError,
    ProcessFailedError,
    StepFailed,
    VendorError,
    WebhookNotMadeError,
    httpx.HTTPError,
)


@dataclass
class Doing:
    """What the demo is at, to be named if it fails."""

    step: str = "Starting"


def _ready(began: float) -> Callable[[str], None]:
    return lambda name: _print_step(name, time.monotonic() - began)


async def _play(stack: Stack, doing: Doing) -> None:
    doing.step = "Connecting Lever and Crosschq"
    began = time.monotonic()
    async with httpx.AsyncClient(timeout=10) as http:
        lever, crosschq = LeverPeople(http, stack.lever_url), CrosschqPeople(http, stack.crosschq_url)
        await connect_sandbox(stack, lever, crosschq, WAITS)
        owner = Owner(http, stack.mailbox_url)
        console.print("\n[bold]One candidate's story[/bold]")
        _print_step("An admin connected Lever and Crosschq", time.monotonic() - began)
        await _tell(Story(lever, crosschq).play(), doing)
        _print_step("in all", time.monotonic() - began)
        console.print("\n[bold]A second candidate has a report, too, and is hired[/bold]")
        await _tell(Ending(await _with_report(lever, crosschq, doing), owner).hired_in_lever(), doing)
        console.print(
            f"\n[bold]About a third one nobody says anything[/bold]: the owner is asked {WAITS.follow_up_after} after"
            f" the report, and can change the answer for {WAITS.settle_after} (in earnest: P14D and PT10M)"
        )
        await _tell(
            Ending(await _with_report(lever, crosschq, doing), owner).not_hired_says_the_owner(), doing
        )


async def _tell(steps: AsyncIterator[Told], doing: Doing) -> None:
    with console.status("The flows are at work ..."):
        async for told in steps:
            _print_step(told.step, told.seconds)
            doing.step = f"After '{told.step}'"


async def _with_report(lever: LeverPeople, crosschq: CrosschqPeople, doing: Doing) -> Story:
    story = Story(lever, crosschq)
    doing.step = "Bringing another candidate to a report"
    async for _told in story.play():
        pass
    return story


async def connect_sandbox(
    stack: Stack, lever: LeverPeople, crosschq: CrosschqPeople, waits: Waits = USUAL_WAITS
) -> None:
    """Does what an admin does: writes the connection file, connects, and enters the webhook in Crosschq."""
    file = stack.settings.data_dir / "connection.toml"
    file.write_text(await connection_file(lever, crosschq.url, datetime.now(UTC), waits))
    async with open_parts(stack.settings) as parts:
        base = str(stack.settings.public_base_url)
        connected = await connect(parts, Blueprint.from_file(file), "demo", base)
    await crosschq.send_webhooks_to(connected.crosschq_webhook_url, CROSSCHQ_TOKEN)


def _print_step(step: str, seconds: float) -> None:
    console.print(f"  {seconds:5.1f} s  {step}")


def _print_addresses(stack: Stack) -> None:
    user, _, password = stack.settings.prefect_auth_string.get_secret_value().partition(":")
    console.print("\n[bold]Open[/bold]")
    console.print(f"  {stack.lever_url}     sandbox Lever: move somebody to 'Crosschq'")
    console.print(f"  {stack.crosschq_url}     sandbox Crosschq: be the candidate and the references")
    console.print(
        f"  {stack.mailbox_url}     the mailbox: Crosschq's invitations, and the questions to owners"
    )
    console.print(f"  {stack.prefect_url}     Prefect: every run; sign in with {user}:{password}")
    console.print("\nCtrl-C stops everything.")
