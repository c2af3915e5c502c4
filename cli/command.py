"""What every command begins and ends with: the settings, the exit code, `--reason`, `--json`. Knows no command."""

from collections.abc import Coroutine
from typing import Annotated, Any

import typer

from settings import Settings, SettingsError, load_settings


def in_words(value: str | None) -> str | None:
    """An empty variable of the caller's shell is no answer."""
    if value is not None and not value.strip():
        raise typer.BadParameter("it is empty")
    return value


Json = Annotated[bool, typer.Option("--json", help="For scripts.")]
Why = Annotated[str, typer.Option("--reason", callback=in_words, help="Recorded in the audit log.")]


def load_settings_or_exit() -> Settings:
    """The settings with keys that are some, or their error in words and exit code 2."""
    from store.vault import Vault, VaultError

    try:
        settings = load_settings()
        Vault.from_setting(settings.secret_keys.get_secret_value())
    except (SettingsError, VaultError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    return settings


def run_or_exit(work: Coroutine[Any, Any, int | None]) -> None:
    """Runs what works on our database, and leaves with its exit code unless that is 0."""
    from cli.run import run

    leave(run(work))


def leave(code: int) -> None:
    """With an exit code that is not 0."""
    if code:
        raise typer.Exit(code)
