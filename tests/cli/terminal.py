"""Types a command and reads what it prints. In a thread, as each command has an event loop of its own."""

import asyncio
import traceback

import pytest
from typer.testing import CliRunner, Result

import cli.deliveries
import cli.follow_ups
import cli.tables
from cli.main import app
from settings import PREFIX


class Terminal:
    def __init__(self, environment: pytest.MonkeyPatch) -> None:
        self._environment = environment
        self._make_wide(250)

    def set(self, name: str, value: str) -> None:
        """A setting of ours, from the next command on."""
        self._environment.setenv(f"{PREFIX}{name.upper()}", value)

    def narrow(self) -> None:
        """As wide as terminals open."""
        self._make_wide(80)

    def _make_wide(self, columns: int) -> None:
        for printing in (cli.deliveries, cli.follow_ups, cli.tables):
            self._environment.setattr(printing.console, "width", columns)

    async def run(self, *words: object) -> Result:
        """Whatever its exit code; an error that is not in words fails the test."""
        result: Result = await asyncio.to_thread(CliRunner().invoke, app, [str(word) for word in words])
        assert result.exception is None or isinstance(result.exception, SystemExit), "".join(
            traceback.format_exception(result.exception)
        )
        return result

    async def said(self, *words: object) -> str:
        """What a command prints that succeeds."""
        result = await self.run(*words)
        assert result.exit_code == 0, result.output
        return str(result.stdout)

    async def refusal(self, *words: object, exit_code: int = 1) -> str:
        """What a command says on stderr that fails with this code."""
        result = await self.run(*words)
        assert result.exit_code == exit_code, result.output
        assert result.stdout == ""
        return str(result.stderr)
