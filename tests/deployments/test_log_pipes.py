"""What processes write is kept by a writer of its own, which outlives the supervisor and is replaced when killed."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from deployments.log_files import LogLimits
from deployments.processes import Process
from deployments.supervisor import Supervisor

FLOOD = "import os\nfor _ in range({chunks}): os.write(1, (b'x' * 99 + b'\\n') * 1000)"
ECHO = """
import signal, time
signal.signal(signal.SIGUSR1, lambda *_: print("heard", flush=True))
print("up", flush=True)
while True: time.sleep(60)
"""
LAST_WORDS = """
import signal, sys, time
def end(*_):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the guardian sends another
    print("x" * 500_000, flush=True)
    print("last words", flush=True)
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("up", flush=True)
while True: time.sleep(60)
"""
STACK_OF_ONE = """
import asyncio, os, pathlib, sys
from deployments.processes import Process
from deployments.supervisor import Supervisor

async def main(folder, code):
    log = folder / "child.log"
    async def up(_pid):
        return "up" in log.read_text()
    async with Supervisor(folder) as supervisor:
        await supervisor.start([Process("child", [sys.executable, "-c", code], dict(os.environ), ready=up)])
        print(supervisor.logs.pid, flush=True)
        await asyncio.sleep(600)

asyncio.run(main(pathlib.Path(sys.argv[1]), sys.argv[2]))
"""


def python(name: str, code: str, **options: object) -> Process:
    return Process(name, [sys.executable, "-c", code], dict(os.environ), **options)  # type: ignore[arg-type]


def has(log: Path, words: str, times: int = 1) -> bool:
    return log.exists() and log.read_text().count(words) >= times


async def shows(log: Path, words: str, times: int = 1) -> None:
    async with asyncio.timeout(20):
        while not has(log, words, times):  # noqa: ASYNC110 - a file
            await asyncio.sleep(0.02)


async def test_a_flood_keeps_the_disk_bounded_and_does_not_stall_its_process(tmp_path: Path) -> None:
    limits = LogLimits(max_bytes=1_000_000, files=3)
    async with Supervisor(tmp_path, limits=limits) as supervisor:
        await supervisor.start([python("flood", FLOOD.format(chunks=1000), ready_seconds=60)])  # 100 MB
    found = [path.stat() for path in tmp_path.glob("flood.log*")]  # noqa: ASYNC240
    assert 2_000_000 <= sum(one.st_size for one in found) <= 3_000_000
    assert {stat.S_IMODE(one.st_mode) for one in found} == {0o600}


async def test_the_logs_of_earlier_starts_are_kept(tmp_path: Path) -> None:
    for word in ("first", "second", "third"):
        async with Supervisor(tmp_path) as supervisor:
            await supervisor.start([python("step", f"print({word!r})")])
    assert (tmp_path / "step.log").read_text() == "first\nsecond\nthird\n"


async def test_a_writer_that_is_killed_is_replaced_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deployments.log_pipes.AGAIN_SECONDS", 0.2)
    log = tmp_path / "echo.log"

    async def up(_pid: int) -> bool:
        return "up" in log.read_text()

    async with Supervisor(tmp_path) as supervisor:
        await supervisor.start([python("echo", ECHO, ready=up)])
        child = psutil.Process(supervisor.pid_of("echo"))
        os.kill(supervisor.logs.pid, signal.SIGKILL)
        await supervisor.logs._process.wait()
        child.send_signal(signal.SIGUSR1)  # while there is no writer
        await shows(log, "heard")
        child.send_signal(signal.SIGUSR1)
        await shows(log, "heard", times=2)
        assert child.is_running()


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGSTOP])
def test_a_process_can_write_while_its_supervisor_is_dead_or_stopped(
    tmp_path: Path, sign: signal.Signals
) -> None:
    argv = [sys.executable, "-c", STACK_OF_ONE, str(tmp_path), LAST_WORDS]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout
        writer = psutil.Process(int(supervisor.stdout.readline()))
        [child] = [one for one in psutil.Process(supervisor.pid).children() if LAST_WORDS in one.cmdline()]
        supervisor.send_signal(sign)
        if sign is signal.SIGSTOP:
            child.terminate()
        asyncio.run(shows(tmp_path / "child.log", "last words"))
        supervisor.kill()
    gone, _ = psutil.wait_procs([writer], timeout=10)
    assert gone == [writer]
    assert (tmp_path / "child.log").stat().st_size == len("up\n\nlast words\n") + 500_000
