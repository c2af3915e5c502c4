"""`crosschq-lever demo`: everything on this machine with a sandbox, one candidate's story, then yours to play with."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from rich.console import Console

from demo.connection import CROSSCHQ_TOKEN, USUAL_WAITS, Waits, connection_file
from demo.people import CrosschqPeople, LeverPeople
from demo.settings import demo_settings
from demo.story import StepFailed, Story
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


async def run_demo(*, stay: bool) -> int:
    """0 when the story came true; 1 naming the step, or the process, that failed."""
    doing = Doing()
    try:
        settings = demo_settings()
        console.print("Starting everything on this machine:")
        async with running_stack(settings, with_sandbox=True, progress=_ready(time.monotonic())) as stack:
            console.print("\n[bold]One candidate's story[/bold]")
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
        await connect_sandbox(stack, lever, crosschq)
        _print_step("An admin connected Lever and Crosschq", time.monotonic() - began)
        doing.step = "Moving the candidate"
        with console.status("The flow is at work ..."):
            async for told in Story(lever, crosschq).play():
                _print_step(told.step, told.seconds)
                doing.step = f"After '{told.step}'"
    _print_step("in all", time.monotonic() - began)


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
    console.print(f"  {stack.mailbox_url}     the mailbox: Crosschq's invitations")
    console.print(f"  {stack.prefect_url}     Prefect: every run; sign in with {user}:{password}")
    console.print("\nCtrl-C stops everything.")
