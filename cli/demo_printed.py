"""What the demo prints: each step with its seconds, and at the end where everything is."""

from rich.console import Console

from deployments.stack import Stack
from tools.demo.admin import NAME

console = Console(highlight=False, soft_wrap=True)


def heading(words: str, more: str = "") -> None:
    console.print(f"\n[bold]{words}[/bold]{more}")


def print_step(step: str, seconds: float) -> None:
    console.print(f"  {seconds:5.1f} s  {step}", markup=False)


def print_addresses(stack: Stack, admins_password: str) -> None:
    """For whoever stays: open the doors."""
    user, _, password = stack.settings.prefect_auth_string.get_secret_value().partition(":")
    heading("Open")
    for address, what in (
        (stack.settings.pages_url, f"the pages: sign in with {NAME} and {admins_password}"),
        (stack.lever_url, "sandbox Lever: move somebody to 'Crosschq'"),
        (stack.crosschq_url, "sandbox Crosschq: be the candidate and the references"),
        (stack.mailbox_url, "the mailbox: Crosschq's invitations, and the questions to owners"),
        (stack.prefect_url, f"Prefect: every run; sign in with {user}:{password}"),
    ):
        console.print(f"  {address}     {what}", markup=False)
    console.print("\nCtrl-C stops everything.")
