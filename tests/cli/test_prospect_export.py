"""`prospects export`: the order that Prefect gets, the progress in the terminal, the end in words, the exit code."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, select, update

import cli.prospect_progress
from cli.prospect_progress import LINE_SECONDS, Line
from deployments.ports import pick
from store.database import Database
from store.prospect_orders import EXISTING_EVENT, ProspectOrders
from store.prospect_tables import KnownProspect, ProspectState
from store.tables import Connection, DeliveryState
from store.vault import Vault
from tests.cli.prefect_server import OTHER_RUN, RUN, PrefectServer, open_prefect
from tests.cli.prospect_rows import add, saved
from tests.cli.terminal import Terminal
from tests.cli.test_deliveries import rows

SCHEDULED = {"type": "SCHEDULED", "name": "Scheduled"}
RUNNING = {"type": "RUNNING", "name": "Running"}
EXPORTED = {"type": "COMPLETED", "name": "Exported", "message": "Prospects: 2 linked."}
FAILED = {"type": "FAILED", "name": "CredentialsRefused", "message": "Lever refused the key."}
WAITING = ProspectState.WAITING


@pytest.fixture
async def prefect(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PrefectServer]:
    monkeypatch.setattr(cli.prospect_progress, "LOOK_SECONDS", 0)
    async with open_prefect() as server:
        terminal.set("prefect_api_url", server.url)
        server.states = [RUNNING, EXPORTED]
        yield server


@pytest.fixture
async def acme(database: Database, vault: Vault) -> Connection:
    """Both switches are on."""
    return await saved(database, vault, export_existing=True, export_new=True)


def order(connection: Connection, **changes: object) -> dict[str, object]:
    usual = {
        "scope": "all-existing",
        "connection_id": connection.id,
        "dry_run": False,
        "only": [],
        "at_most": None,
    }
    return {"order": {**usual, **changes}}


async def test_prefect_gets_the_order_for_all_existing(
    terminal: Terminal, prefect: PrefectServer, acme: Connection
) -> None:
    said = await terminal.said("prospects", "export", "acme", "--no-follow")
    assert prefect.started == [("prospect-export/all-existing", order(acme))]
    address = f"{prefect.url.removesuffix('/api')}/runs/flow-run/{RUN}"
    assert said == f"Run 'amber-lynx' of prospect-export/all-existing: {address}\n"


async def test_every_option_is_in_the_order(
    terminal: Terminal, prefect: PrefectServer, acme: Connection
) -> None:
    words = ["--new", "--dry-run", "--only", "pr_1", "--only", "pr_2", "--at-most", 5]
    await terminal.said("prospects", "export", acme.id, *words)
    wanted = order(acme, scope="new", dry_run=True, only=["pr_1", "pr_2"], at_most=5)
    assert prefect.started == [("prospect-export/new", wanted)]


NONSENSE = {
    "nobody at most": (["--at-most", "0"], "--at-most: Input should be greater than or equal to 1"),
    "an id that is none": (["--only", "a b"], "--only: 'a b' is no id of a prospect"),
    "too many ids": (["--only", "x"] * 101, "--only: List should have at most 100 items"),
}


@pytest.mark.parametrize("nonsense", NONSENSE)
async def test_nonsense_is_refused_before_prefect_hears_of_it(
    terminal: Terminal, prefect: PrefectServer, acme: Connection, nonsense: str
) -> None:
    words, named = NONSENSE[nonsense]
    said = await terminal.refusal("prospects", "export", acme.id, *words)
    assert said.startswith("This cannot be ordered:\n")
    assert named in said
    assert prefect.started == []


@pytest.mark.parametrize(("words", "switch"), [([], "existing"), (["--new"], "new")])
async def test_with_the_switch_off_only_a_dry_run_begins(
    database: Database,
    vault: Vault,
    terminal: Terminal,
    prefect: PrefectServer,
    words: list[str],
    switch: str,
) -> None:
    off = await saved(database, vault)
    said = await terminal.refusal("prospects", "export", off.id, *words)
    assert f"crosschq-lever prospects switch {off.id} --{switch} --reason" in said
    assert prefect.started == []
    await terminal.said("prospects", "export", off.id, *words, "--dry-run")
    assert len(prefect.started) == 1


async def test_what_prefect_refuses_is_told_in_its_words(
    terminal: Terminal, prefect: PrefectServer, acme: Connection
) -> None:
    prefect.refusal = "Error creating flow run: Validation failed for field 'order'."
    said = await terminal.refusal("prospects", "export", acme.id)
    assert said == f"Prefect refused to start prospect-export/all-existing: {prefect.refusal}\n"


async def test_a_deployment_that_is_missing_says_what_makes_it(
    terminal: Terminal, prefect: PrefectServer, acme: Connection
) -> None:
    prefect.knows_deployment = False
    assert "make deploy" in await terminal.refusal("prospects", "export", acme.id)


async def test_a_prefect_that_does_not_answer_is_told(terminal: Terminal, acme: Connection) -> None:
    terminal.set("prefect_api_url", f"http://127.0.0.1:{pick(14900)}/api")
    assert "No Prefect server answers" in await terminal.refusal("prospects", "export", acme.id)


async def test_the_progress_is_counted_in_the_store_until_the_run_ends(
    terminal: Terminal, prefect: PrefectServer, acme: Connection, database: Database
) -> None:
    await add(database, acme, WAITING, WAITING)
    prefect.states = [SCHEDULED, RUNNING, EXPORTED]

    async def make_one() -> None:
        async with database.transaction() as session:
            first = select(func.min(KnownProspect.id)).where(KnownProspect.state == WAITING).scalar_subquery()
            change = update(KnownProspect).where(KnownProspect.id == first)
            await session.execute(change.values(state=ProspectState.LINKED, ended_at=func.now()))

    prefect.at_each_look = make_one
    said = await terminal.said("prospects", "export", acme.id)
    assert "Scheduled: 1 of 2 done, " in said
    assert " a second, " in said
    assert "Exported: 2 of 2 done" in said
    assert "Exported: Prospects: 2 linked.\n" in said
    assert said.endswith(f"/runs/flow-run/{RUN}?tab=Artifacts\n")


async def test_at_most_is_the_total_of_what_is_shown(
    terminal: Terminal, prefect: PrefectServer, acme: Connection, database: Database
) -> None:
    await add(database, acme, ProspectState.LINKED, WAITING, WAITING, WAITING)
    assert "Running: 1 of 3 done" in await terminal.said("prospects", "export", acme.id, "--at-most", 2)


async def test_a_run_that_leaves_it_to_another_one_shows_that_one_to_its_end(
    terminal: Terminal, prefect: PrefectServer, acme: Connection, database: Database
) -> None:
    prefect.states = [{"type": "COMPLETED", "name": "UnderWay", "message": "An export is at work."}]
    prefect.states_of_other = [RUNNING, FAILED]
    async with database.transaction() as session:
        at_work = await ProspectOrders(session, acme.id).place(EXISTING_EVENT, "test")
        at_work.state, at_work.flow_run_id = DeliveryState.RUNNING, OTHER_RUN
    result = await terminal.run("prospects", "export", acme.id)
    assert result.exit_code == 1
    assert "UnderWay: An export is at work.\nIt is followed here: " in result.stdout
    assert "CredentialsRefused: Lever refused the key.\n" in result.stdout
    assert result.stdout.endswith(f"/runs/flow-run/{OTHER_RUN}?tab=Artifacts\n")


async def test_those_that_failed_are_counted_with_where_to_see_why(
    terminal: Terminal, prefect: PrefectServer, acme: Connection, database: Database
) -> None:
    await add(database, acme, ProspectState.LINKED, ProspectState.FAILED)
    said = await terminal.said("prospects", "export", acme.id)
    assert (
        f"Failed in all: 1. Each with its reason: crosschq-lever prospects list {acme.id} --state failed"
        in said
    )


async def test_a_run_that_ends_badly_is_exit_code_1(
    terminal: Terminal, prefect: PrefectServer, acme: Connection
) -> None:
    prefect.states = [RUNNING, FAILED]
    result = await terminal.run("prospects", "export", acme.id)
    assert result.exit_code == 1
    assert "CredentialsRefused: Lever refused the key.\n" in result.stdout


async def test_a_dry_run_prints_the_table_of_its_run(
    terminal: Terminal, prefect: PrefectServer, acme: Connection
) -> None:
    prefect.table = [
        {"prospect": "pr_1", "what": "would be created", "why": ""},
        {"prospect": "pr_2", "what": "would fail", "why": "[red] It has no e-mail address."},
    ]
    said = await terminal.said("prospects", "export", acme.id, "--dry-run")
    assert [list(row.values()) for row in prefect.table] == rows(said)
    (asked,) = prefect.asked_for
    assert asked["artifacts"]["flow_run_id"] == {"any_": [RUN]}
    assert asked["artifacts"]["key"] == {"any_": ["prospect-export"]}


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_where_nothing_can_be_written_over_a_line_comes_now_and_then(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = Clock()
    line = Line(is_terminal=False, now=clock)
    for clock.now, words in ((0.0, "one"), (LINE_SECONDS - 1, "two"), (LINE_SECONDS, "three")):
        line.say(words)
    line.say("last", at_last=True)
    line.end()
    assert capsys.readouterr().out == "one\nthree\nlast\n"


def test_on_a_terminal_the_line_is_written_over(capsys: pytest.CaptureFixture[str]) -> None:
    line = Line(is_terminal=True, now=Clock())
    for words in ("longer", "two", "two"):
        line.say(words)
    line.end()
    assert capsys.readouterr().out == "\rlonger\rtwo   \n"
