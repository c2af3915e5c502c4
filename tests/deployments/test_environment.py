"""Every process is told its settings outright, and finds nothing else of ours or of Prefect's in its environment."""

import os
from pathlib import Path

import pytest

from deployments.environment import inherited, process_environment, settings_environment
from settings import PREFIX, Settings, load_settings


def only(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


def test_a_process_reads_the_very_settings_it_was_given(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(settings_environment(settings), monkeypatch)
    urls = {"database_url": settings.store_url, "prefect_database_url": settings.prefect_store_url}
    assert load_settings() == settings.model_copy(update=urls)


def test_a_process_finds_the_databases_with_another_temporary_folder(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = settings.store_url, settings.prefect_store_url
    only(settings_environment(settings), monkeypatch)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    there = load_settings()
    assert (there.store_url, there.prefect_store_url) == here


def test_a_process_reads_no_env_file(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text(f"{PREFIX}WORK_POOL=from-the-file")
    monkeypatch.chdir(tmp_path)
    only(settings_environment(settings), monkeypatch)
    assert load_settings().work_pool == "crosschq-lever"


def test_a_relative_data_folder_becomes_absolute(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    relative = settings.model_copy(update={"data_dir": Path("var")})
    assert settings_environment(relative)[f"{PREFIX}DATA_DIR"] == str(Path.cwd() / "var")


def test_what_is_not_ours_passes_and_what_would_steer_us_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_KEY", "of another Prefect")
    monkeypatch.setenv(f"{PREFIX}WORK_POOL", "of the shell")
    monkeypatch.setenv("CROSSCHQ_LEVER_STACK", "an outer stack")
    monkeypatch.setenv("LANG", "C.UTF-8")
    passed = inherited()
    assert passed["LANG"] == "C.UTF-8"
    assert not [name for name in passed if name.startswith(("PREFECT_", PREFIX))]


def test_prefects_tools_are_told_where_and_how(settings: Settings) -> None:
    told = process_environment(settings)
    assert told["PREFECT_API_URL"] == f"http://127.0.0.1:{settings.prefect_port}/api"
    assert told["PREFECT_API_AUTH_STRING"] == "tester:a word nobody guesses"
    assert told["DO_NOT_TRACK"] == "1"
