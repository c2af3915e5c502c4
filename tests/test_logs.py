"""What a process writes to its log: each kind of fault once a minute, libraries' addresses never, JSON where wanted."""

import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import logs
from deployments.environment import process_environment
from logs import OncePerMinute, configure_logging
from settings import Settings


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stranger(clock: Clock) -> Iterator[logging.Logger]:
    logger = logging.getLogger("tests.stranger")
    limit = OncePerMinute(clock=clock)
    logger.addFilter(limit)
    yield logger
    logger.removeFilter(limit)


def test_one_of_a_kind_passes_each_minute_and_tells_of_the_others(
    stranger: logging.Logger, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(1000):
        stranger.warning("Endpoint %d rejected a request.", number)
    clock.seconds = 59.9
    stranger.warning("Endpoint %d rejected a request.", 1000)
    clock.seconds = 60
    stranger.warning("Endpoint %d rejected a request.", 1001)
    stranger.warning("Endpoint %d rejected a request.", 1002)
    clock.seconds = 120
    stranger.warning("Endpoint %d rejected a request.", 1003)
    clock.seconds = 180
    stranger.warning("Endpoint %d rejected a request.", 1004)
    assert [record.getMessage() for record in caplog.records] == [
        "Endpoint 0 rejected a request.",
        "Endpoint 1001 rejected a request. (and 1000 more like this since the last one)",
        "Endpoint 1003 rejected a request. (and 1 more like this since the last one)",
        "Endpoint 1004 rejected a request.",
    ]


def test_another_message_and_another_exception_are_other_kinds(
    stranger: logging.Logger, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        stranger.warning("First.")
        stranger.warning("Second.")
        for error in (ValueError(), OSError()):
            stranger.error("Failed.", exc_info=error)
    assert [record.getMessage() for record in caplog.records] == ["First.", "Second.", "Failed.", "Failed."]


def test_a_message_with_the_arguments_in_it_does_not_fill_memory(
    stranger: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "MOST_KINDS", 10)
    for number in range(1000):
        stranger.warning(f"Number {number}.")
    [limit] = stranger.filters
    assert isinstance(limit, OncePerMinute)
    assert len(limit._seen) == 10


def test_on_a_handler_only_the_named_loggers_are_limited() -> None:
    limit = OncePerMinute(["uvicorn"])
    names = ["uvicorn", "uvicorn", "uvicorn.error", "uvicorn.error", "uvicornish", "uvicornish"]
    passed = [
        name
        for name in names
        if limit.filter(logging.LogRecord(name, logging.WARNING, "", 0, "Bad.", None, None))
    ]
    assert passed == ["uvicorn", "uvicorn.error", "uvicornish", "uvicornish"]


SAYS = """
import logging, warnings
from logs import configure_logging
configure_logging({form!r}, once_per_minute=["gate"])
log = logging.getLogger("gate")
log.info("For %s", "Zoë")
log.info("For %s", "Ana")
logging.getLogger("httpx").info("HTTP Request: GET https://api.lever.co/v1/opportunities/of-somebody")
logging.getLogger("httpcore.connection").info("connect_tcp.started")
try:
    raise ValueError("wrong")
except ValueError:
    log.exception("Failed")
warnings.warn("old")
"""


def written(form: logs.LogFormat) -> list[str]:
    argv = [sys.executable, "-X", "utf8", "-c", SAYS.format(form=form)]
    done = subprocess.run(argv, capture_output=True, check=True, encoding="utf-8")
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_json_is_one_object_a_line_with_time_level_logger_message_and_traceback() -> None:
    first, failed, warned = [json.loads(line) for line in written("json")]
    assert (first["level"], first["logger"], first["message"]) == ("INFO", "gate", "For Zoë")
    assert first["time"].endswith("+00:00")
    assert failed["exc_info"].endswith("ValueError: wrong")
    assert "old" in warned["message"]


def test_text_is_a_line_with_the_same() -> None:
    first, *_, last, _source = written("text")
    assert first.endswith(" INFO gate: For Zoë")
    assert "UserWarning: old" in last


AS_PREFECT = """
import httpx, logging
from prefect.logging import get_logger
from prefect.logging.configuration import setup_logging
setup_logging()
get_logger("warm_worker").info("Run %s is [at] work. %s", "1", "x" * 500)
logging.getLogger("httpx").info("HTTP Request: GET https://api.lever.co/v1/opportunities/of-somebody")
"""


@pytest.mark.parametrize("form", ["text", "json"])
def test_prefects_processes_write_the_same(form: logs.LogFormat, tmp_path: Path) -> None:
    needed = {"secret_keys": "k", "prefect_auth_string": "a:b", "data_dir": tmp_path}
    environment = process_environment(Settings(_env_file=None, log_format=form, **needed))
    argv = [sys.executable, "-c", AS_PREFECT]
    [line] = subprocess.run(
        argv, capture_output=True, check=True, text=True, env=environment
    ).stderr.splitlines()
    if form == "json":
        told = json.loads(line)
        assert (told["level"], told["logger"]) == ("INFO", "prefect.warm_worker")
        assert told["message"] == f"Run 1 is [at] work. {'x' * 500}"
        assert told["time"].endswith("+00:00")
    else:
        assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d.*Run 1 is \[at\] work", line)


def test_configuring_twice_writes_once(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        configure_logging("text")
        configure_logging("text")
        logging.getLogger("gate").info("Once.")
        assert capsys.readouterr().err.count("Once.") == 1
    finally:
        logging.captureWarnings(capture=False)
        root.handlers, root.level = before, level
