"""What a newcomer meets first: the list of commands, and what is said where a setting is missing."""

import subprocess
import sys
from pathlib import Path

import pytest

from deployments.environment import ROOT, inherited
from settings import PREFIX
from tests.cli.terminal import Terminal

NEED_SETTINGS = {
    "up": ["up"],
    "connect": ["connect", "connection.toml"],
    "migrate": ["migrate"],
    "deliveries": ["deliveries"],
    "audit": ["audit"],
    "resolve request": ["resolve", "request", "1", "--not-sent", "--reason", "x"],
    "resolve delivery": ["resolve", "delivery", "1", "--drop", "--reason", "x"],
    "replay": ["replay", "1", "--reason", "x"],
    "pause": ["pause", "acme", "--reason", "x"],
    "resume": ["resume", "acme", "--reason", "x"],
    "admin forget": ["admin", "forget", "--reason", "x"],
    "keys status": ["keys", "status"],
    "keys rotate": ["keys", "rotate"],
    "keys revoke-links": ["keys", "revoke-links", "--reason", "x"],
    "keys forget-lost": ["keys", "forget-lost", "--reason", "x"],
    "follow-ups send-again": ["follow-ups", "send-again", "1", "--reason", "x"],
    "prospects": ["prospects"],
    "prospects switch": ["prospects", "switch", "acme", "--new", "--reason", "x"],
    "prospects export": ["prospects", "export", "acme"],
    "prospects import": ["prospects", "import", "acme", __file__],
    "prospects list": ["prospects", "list", "acme"],
    "prospects retry": ["prospects", "retry", "acme", "--all", "--reason", "x"],
}


async def test_help_lists_every_command_with_a_line(bare_terminal: Terminal) -> None:
    said = await bare_terminal.said("--help")
    for command in (
        *("demo", "up", "connect", "migrate", "pause", "resume", "admin", "keys"),
        "audit",
        "deliveries",
        "resolve",
        "prospects",
    ):
        (line,) = [line for line in said.splitlines() if line.strip("│ ").startswith(f"{command} ")]
        assert len(line.strip("│ ").split()) > 3, line
    said = await bare_terminal.said("resolve", "--help")
    assert all(f" {noun} " in said for noun in ("request", "delivery"))
    said = await bare_terminal.said("prospects", "--help")
    assert all(f" {verb} " in said for verb in ("switch", "export", "import", "list", "retry"))


@pytest.mark.parametrize("command", NEED_SETTINGS)
async def test_each_missing_setting_is_named_with_exit_code_2(bare_terminal: Terminal, command: str) -> None:
    said = await bare_terminal.refusal(*NEED_SETTINGS[command], exit_code=2)
    assert "Write these into .env (see .env.example)" in said
    assert f"{PREFIX}SECRET_KEYS: Field required" in said
    assert f"{PREFIX}PREFECT_AUTH_STRING: Field required" in said


@pytest.mark.parametrize("command", NEED_SETTINGS)
async def test_an_empty_secret_key_stops_every_command(terminal: Terminal, command: str) -> None:
    terminal.set("secret_keys", "")
    said = await terminal.refusal(*NEED_SETTINGS[command], exit_code=2)
    assert f"No encryption key: set {PREFIX}SECRET_KEYS (see .env.example)" in said


async def test_a_malformed_secret_key_is_told_and_not_quoted(terminal: Terminal) -> None:
    terminal.set("secret_keys", "hunter2")
    said = await terminal.refusal("deliveries", exit_code=2)
    assert f"{PREFIX}SECRET_KEYS holds something that is no Fernet key" in said
    assert "hunter2" not in said


async def test_a_wrong_setting_is_named_and_no_secret_quoted(terminal: Terminal) -> None:
    terminal.set("public_port", "many")
    terminal.set("prefect_auth_string", "hunter2")
    said = await terminal.refusal("migrate", exit_code=2)
    assert f"{PREFIX}PUBLIC_PORT: " in said
    assert f"{PREFIX}PREFECT_AUTH_STRING: Value error, write it as user:password" in said
    assert "hunter2" not in said


def test_the_program_itself_leaves_with_the_code_and_the_words_on_stderr(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "cli.main", "deliveries"]
    environment = inherited() | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(argv, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{PREFIX}SECRET_KEYS" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_settings_are_read_from_the_folders_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"{PREFIX}SECRET_KEYS=\n{PREFIX}PREFECT_AUTH_STRING=admin:long\n")
    argv = [sys.executable, "-m", "cli.main", "migrate"]
    environment = inherited() | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(argv, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("No encryption key")
