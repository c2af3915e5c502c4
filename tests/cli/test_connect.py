"""`connect FILE`: the addresses to copy, what is still to do, or what is wrong, with the exit code a script needs."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from deployments.ports import pick
from settings import PREFIX, Settings
from store.database import Database
from store.due import SNAPSHOT_EVENT
from tests.cli.terminal import Terminal
from tests.onboarding.conftest import vendors
from tests.onboarding.desk import NEVER_MADE, SECRETS, Desk, Edit, Vendors, open_desk, swap, with_prospects

__all__ = ["vendors"]

NAMES = {
    "candidateStageChange": "Candidate Stage Change (required)",
    "candidateHired": "Candidate Hired (required)",
    "candidateArchiveChange": "Candidate Archive Change (recommended)",
    "candidateDeleted": "Candidate Deleted (recommended)",
}


@pytest.fixture
async def desk(
    database: Database, cli_settings: Settings, vendors: Vendors, environment: pytest.MonkeyPatch
) -> Desk:
    """The vendors the command will call, and the store it will write; the command opens parts of its own."""
    environment.setenv(f"{PREFIX}PUBLIC_BASE_URL", "https://references.example/behind")
    async with open_desk(cli_settings, vendors) as opened:
        return replace(opened, parts=replace(opened.parts, database=database))


@pytest.fixture
def written(desk: Desk, tmp_path: Path) -> Path:
    file = tmp_path / "connection.toml"
    file.write_text(desk.file)
    return file


def edit(file: Path, change: Edit) -> Path:
    file.write_text(change(file.read_text()))
    return file


async def test_all_addresses_are_printed(desk: Desk, terminal: Terminal, written: Path) -> None:
    said = await terminal.said("connect", written)
    base = "https://references.example/behind/webhooks"
    assert "Connection 'demo' is stored." in said
    for event, name in NAMES.items():
        assert f"  {name}: {base}/lever/{(await desk.endpoint(event)).url_key}\n" in said
    assert f"{base}/crosschq/{(await desk.endpoint(SNAPSHOT_EVENT)).url_key}\n" in said
    assert not any(secret in said for secret in SECRETS)


async def test_what_was_made_for_the_admin_leaves_a_switch_to_turn(terminal: Terminal, written: Path) -> None:
    said = await terminal.said("connect", written)
    assert "a Super Admin switches the four events on in Settings > Integrations and API > Webhooks." in said
    assert "Next:" not in said


async def test_json_has_the_addresses_and_what_is_missing(
    desk: Desk, terminal: Terminal, written: Path
) -> None:
    said = await terminal.said("connect", edit(written, NEVER_MADE), "--json")
    told = json.loads(said)
    assert (told["connection"], told["made_webhooks"]) == ("demo", False)
    assert told["prospects"]["export_new"] is False
    assert [one["event"] for one in told["lever_webhooks"]] == list(NAMES)
    first = told["lever_webhooks"][0]
    assert first["url"].endswith((await desk.endpoint("candidateStageChange")).url_key)
    assert first["missing"]["setting"] == "lever.stage_change_token"
    assert not any(secret in said for secret in SECRETS)


async def test_json_of_what_is_complete_misses_nothing(terminal: Terminal, written: Path) -> None:
    told = json.loads(await terminal.said("connect", written, "--json"))
    assert told["made_webhooks"] is True
    assert [one["missing"] for one in told["lever_webhooks"]] == [None] * 4
    wrong = await terminal.refusal("connect", edit(written, swap('["Crosschq"]', '["Nowhere"]')), "--json")
    assert wrong.startswith("Nothing was stored.")


async def test_a_second_run_prints_the_same(terminal: Terminal, written: Path) -> None:
    assert await terminal.said("connect", written) == await terminal.said("connect", written)


async def test_the_audit_says_who_connected(desk: Desk, terminal: Terminal, written: Path) -> None:
    await terminal.said("connect", written)
    audits = await desk.audits()
    assert [audit.what for audit in audits] == ["connection created", "had the webhooks made in Lever"]
    assert all(audit.who.startswith("command line, ") for audit in audits)


async def test_what_is_left_to_do_by_hand_is_said(terminal: Terminal, written: Path) -> None:
    said = await terminal.said("connect", edit(written, NEVER_MADE))
    assert "Next: in Lever, Settings > Integrations and API > Webhooks, make a webhook" in said
    assert said.index("Candidate Stage Change: lever.stage_change_token") > said.index("Next: ")
    for lost in ("look every 15 minutes", "A hire in Lever is", "archived or unarchived", "the daily look"):
        assert lost in said
    assert "Super Admin" not in said


async def test_what_is_done_by_hand_is_no_longer_asked_for(terminal: Terminal, written: Path) -> None:
    required = 'stage_change_token = "token-one-of-lever"\nhired_token = "token-two-of-lever"'
    said = await terminal.said("connect", edit(written, swap("create_webhooks = true", required)))
    missing = said.partition("Without a token as yet")[2]
    assert "  Candidate Archive Change (recommended): That a person" in missing
    assert "  Candidate Deleted (recommended): A person's deletion" in missing
    assert "required" not in missing
    assert "hired_token" not in missing
    rest = swap(
        'hired_token = "token-two-of-lever"',
        'archive_change_token = "token-three-of-lever"\ndeleted_token = "token-four-of-lever"',
    )
    said = await terminal.said("connect", edit(written, rest))
    assert "Without a token" not in said
    assert "Super Admin" not in said


async def test_a_webhook_made_by_hand_is_said_to_be_left(
    desk: Desk, terminal: Terminal, written: Path
) -> None:
    by_hand = edit(written, swap("create_webhooks = true", 'stage_change_token = "token-one-of-lever"'))
    await terminal.said("connect", by_hand)
    edit(written, swap('stage_change_token = "token-one-of-lever"', "create_webhooks = true"))
    said = await terminal.said("connect", written)
    assert "Left as it is: Candidate Stage Change. A token is stored" in said
    assert len(desk.webhooks()) == 3
    told = json.loads(await terminal.said("connect", written, "--json"))
    assert told["left_webhooks"] == ["Candidate Stage Change"]


async def test_a_file_that_is_wrong_stores_nothing(desk: Desk, terminal: Terminal, written: Path) -> None:
    said = await terminal.refusal("connect", edit(written, swap('["Crosschq"]', '["Nowhere"]')))
    assert said.startswith("Nothing was stored. The vendors do not agree with the file:\n")
    assert "'Nowhere'" in said
    assert await desk.stored() == 0


async def test_a_file_that_is_missing_is_named(terminal: Terminal, tmp_path: Path) -> None:
    said = await terminal.refusal("connect", tmp_path / "missing.toml")
    assert said.startswith("Nothing was stored. ")
    assert "missing.toml cannot be read" in said


async def test_a_wrong_key_stores_nothing_and_is_not_quoted(
    desk: Desk, terminal: Terminal, written: Path
) -> None:
    said = await terminal.refusal("connect", edit(written, swap("lever-sandbox-key", "hunter2")))
    assert said.startswith("Nothing was stored. Lever, GET /")
    assert "401" in said
    assert "hunter2" not in said
    assert await desk.stored() == 0


async def test_a_webhook_that_could_not_be_made_is_not_called_nothing(
    desk: Desk, terminal: Terminal, written: Path
) -> None:
    knobs = {"match": "POST /v1/webhooks", "fail_status": 403, "fail_count": 9}
    desk.lever_app.state.lever.knobs.merge(knobs)
    said = await terminal.refusal("connect", written)
    assert said.startswith(
        "The connection is stored, but its Lever webhook 'Candidate Stage Change' could not be made. "
        "Lever, POST /webhooks"
    )
    assert await desk.stored() > 0


async def test_a_database_that_is_down_is_told(terminal: Terminal, written: Path) -> None:
    terminal.set("database_url", f"postgresql+asyncpg://somebody:hunter2@127.0.0.1:{pick(18200)}/store")
    said = await terminal.refusal("connect", written)
    assert said.startswith("The database cannot be reached (")
    assert "hunter2" not in said


async def test_a_secret_under_a_lost_key_is_no_obstacle_once_the_key_is_given_up(
    desk: Desk, terminal: Terminal, written: Path
) -> None:
    await terminal.said("connect", written)
    terminal.set("secret_keys", Fernet.generate_key().decode())
    assert "Only if it is lost for good: `crosschq-lever keys forget-lost`." in await terminal.refusal(
        "connect", written
    )
    await terminal.said("keys", "forget-lost", "--reason", "x")
    await terminal.said("connect", written)
    assert len(desk.webhooks()) == 4


async def test_the_switches_for_prospects_are_told(terminal: Terminal, written: Path) -> None:
    off = "Prospects: existing ones are not exported; new ones are not exported.\n"
    assert off in await terminal.said("connect", written)
    said = await terminal.said(
        "connect", edit(written, with_prospects("export_existing = true\nexport_new = true"))
    )
    assert "Prospects: all existing ones are exported to Lever; those that opt in after " in said
    assert "Done: prospect export of existing ones turned on.\n" in said


async def test_a_switch_that_was_turned_since_is_told_and_stays(terminal: Terminal, written: Path) -> None:
    edit(written, with_prospects("export_existing = true"))
    await terminal.said("connect", written)
    await terminal.said("prospects", "switch", "demo", "--no-existing", "--reason", "enough")
    said = await terminal.said("connect", written)
    assert "Prospects: existing ones are not exported; " in said
    assert "The file's prospects.export_existing says otherwise" in said


async def test_a_second_name_for_the_same_lever_account_has_to_be_meant(
    desk: Desk, terminal: Terminal, written: Path
) -> None:
    await terminal.said("connect", written)
    edit(written, swap('name = "demo"', 'name = "second"'))
    refused = await terminal.run("connect", written)
    assert refused.exit_code == 1
    assert "connected already, as 'demo'" in refused.stderr
    said = await terminal.said("connect", written, "--allow-same-account")
    assert "Connection 'second' is stored." in said
