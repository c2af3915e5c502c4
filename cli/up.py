"""`crosschq-lever up`: the whole installation in the foreground, until Ctrl-C or SIGTERM."""

import time

from rich.console import Console

from cli.pages_address import where_the_pages_are
from deployments.stack import CANNOT_START, running_stack
from settings import Settings

console = Console(highlight=False, soft_wrap=True)


async def run_up(settings: Settings) -> int:
    """1, naming it, when a process did not start or has ended."""
    began = time.monotonic()

    def ready(name: str) -> None:
        console.print(f"  {time.monotonic() - began:5.1f} s  {name}")

    console.print("Starting:")
    try:
        async with running_stack(settings, with_sandbox=False, progress=ready) as stack:
            console.print(f"\nPrefect:       {stack.prefect_url}")
            console.print(
                f"Public port:   {settings.public_host}:{settings.public_port}, as {settings.public_base_url}"
            )
            console.print(f"Pages:         {await where_the_pages_are(settings)}", markup=False)
            console.print(
                "\nConnect accounts on the pages, or with `crosschq-lever connect FILE`. Ctrl-C stops everything."
            )
            await stack.watch()
    except CANNOT_START as error:
        console.print(f"\nStopped: {error}", markup=False)
        return 1
    return 0
