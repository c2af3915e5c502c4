"""`test` and `preview`: the findings and the forecast in words or as JSON, with the exit code that a script needs."""

import json
from dataclasses import replace

import pytest

from settings import Settings
from store.database import Database
from tests.cli.terminal import Terminal
from tests.onboarding.conftest import vendors
from tests.onboarding.desk import SECRETS, Desk, Vendors, open_desk, swap

__all__ = ["vendors"]


@pytest.fixture
async def desk(database: Database, cli_settings: Settings, vendors: Vendors) -> Desk:
    """The vendors the command will call, and the store it will read; the command opens parts of its own."""
    async with open_desk(cli_settings, vendors) as opened:
        return replace(opened, parts=replace(opened.parts, database=database))


async def test_what_is_wrong_is_printed_first_and_the_exit_code_is_1(desk: Desk, terminal: Terminal) -> None:
    await desk.connect(swap("crosschq-sales", "crosschq-nobody-has-it"))
    result = await terminal.run("test", "demo")
    assert result.exit_code == 1
    assert "✗ Failed: Sales: Lever tag. No open posting" in result.stdout
    assert "\n      Add the tag 'crosschq-nobody-has-it' to a posting in Lever" in result.stdout
    assert result.stdout.index("✗ Failed: Sales: Lever tag") < result.stdout.index(
        "✓ Passed: Engineers: Lever tag"
    )
    assert not any(secret in result.stdout for secret in SECRETS)


async def test_json_has_every_finding(desk: Desk, terminal: Terminal) -> None:
    await desk.connect()
    findings = json.loads((await terminal.run("test", "demo", "--json")).stdout)
    assert {one["verdict"] for one in findings} == {"passed", "failed", "unverified", "info"}
    (key,) = (one for one in findings if (one["group"], one["title"]) == ("Lever", "API key"))
    assert key == {
        "group": "Lever",
        "title": "API key",
        "verdict": "passed",
        "says": "Lever accepts the API key.",
        "do": "",
    }


async def test_the_word_on_crosschqs_own_connector_is_audited(desk: Desk, terminal: Terminal) -> None:
    await desk.connect()
    result = await terminal.run("test", "demo", "--own-connector", "off")
    assert "✓ Passed: Crosschq's own Lever connector" in result.stdout
    said = (await desk.audits())[-1]
    assert (said.who.startswith("command line, "), said.what) == (
        True,
        "said that Crosschq's own connector is off",
    )


@pytest.mark.parametrize("words", [("test", "nobody"), ("preview", "nobody", "o-1")])
async def test_a_connection_that_is_not_there_is_told(
    desk: Desk, terminal: Terminal, words: tuple[str, ...]
) -> None:
    await desk.connect()
    assert "There is no connection 'nobody'. There are: 1 'demo'." in await terminal.refusal(*words)


async def test_a_preview_is_printed_or_given_as_json(desk: Desk, terminal: Terminal) -> None:
    await desk.connect()
    account = desk.lever_app.state.lever.account
    opportunity = account.cast["opportunities"]["plain"]
    said = await terminal.said("preview", "demo", f"https://hire.lever.co/candidates/{opportunity}")
    assert "A reference request would be sent." in said
    assert "  Template: Engineers" in said
    told = json.loads(await terminal.said("preview", "demo", opportunity, "--json"))
    assert (told["would"], told["opportunity_id"]) == ("send", opportunity)


async def test_a_preview_that_cannot_be_given_says_why(desk: Desk, terminal: Terminal) -> None:
    await desk.connect()
    assert "no opportunity of that id" in await terminal.refusal("preview", "demo", "o-unknown")
