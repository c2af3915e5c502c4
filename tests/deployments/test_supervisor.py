"""The supervisor starts in order, tells who failed and why, and stops in reverse: with real processes."""

import asyncio
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from deployments.processes import Process, ProcessFailedError
from deployments.supervisor import Supervisor


async def at_once(_pid: int) -> bool:
    return True


def python(name: str, code: str, **options: object) -> Process:
    return Process(name, [sys.executable, "-c", code], dict(os.environ), **options)  # type: ignore[arg-type]


async def test_a_step_ends_before_what_needs_it_starts(tmp_path: Path) -> None:
    done = tmp_path / "done"
    first = python("first", f"import time; time.sleep(0.2); open({str(done)!r}, 'w')")
    second = python("second", f"open({str(done)!r})", after=["first"])
    ready: list[str] = []
    async with Supervisor(tmp_path, ready.append) as supervisor:
        await supervisor.start([second, first])
    assert ready == ["first", "second"]


async def test_what_needs_nothing_of_each_other_starts_together(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    path = str(tmp_path / "pipe")
    writer, reader = python("writer", f"open({path!r}, 'w')"), python("reader", f"open({path!r})")
    async with Supervisor(tmp_path) as supervisor:
        await supervisor.start([writer, reader])  # each waits for the other


async def test_a_failed_step_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    async with Supervisor(tmp_path) as supervisor:
        with pytest.raises(ProcessFailedError) as failed:
            await supervisor.start([python("migrations", "raise SystemExit('no such table')")])
    assert failed.value.name == "migrations"
    assert str(failed.value).startswith("migrations ended with exit code 1; the end of ")
    assert str(failed.value).endswith("no such table")


async def test_a_process_that_ends_while_starting_is_named(tmp_path: Path) -> None:
    async def never(_pid: int) -> bool:
        return False

    async with Supervisor(tmp_path) as supervisor:
        with pytest.raises(ProcessFailedError, match="gateway was ended by SIGABRT"):
            await supervisor.start([python("gateway", "import os; os.abort()", ready=never)])


async def test_a_process_that_is_not_ready_in_time_is_named(tmp_path: Path) -> None:
    async def never(_pid: int) -> bool:
        return False

    slow = python("worker", "import time; time.sleep(60)", ready=never, ready_seconds=0.2)
    async with Supervisor(tmp_path) as supervisor:
        with pytest.raises(ProcessFailedError, match="worker was not ready within 0 s"):
            await supervisor.start([slow])


async def test_stopping_goes_in_reverse_order(tmp_path: Path) -> None:
    order = tmp_path / "order"
    told = "import signal, sys, time; signal.signal(15, lambda *_: (open({!r}, 'a').write({!r}), sys.exit()))"
    wait = "; import os; print('up', os.getpid(), flush=True); time.sleep(60)"

    def service(name: str, *after: str) -> Process:
        async def printed(pid: int) -> bool:
            return f"up {pid}" in (tmp_path / f"{name}.log").read_text()

        return python(name, told.format(str(order), name) + wait, after=after, ready=printed)

    async with Supervisor(tmp_path) as supervisor:
        await supervisor.start([service("c", "b"), service("b", "a"), service("a")])
        for name in ("a", "b", "a"):  # one that is started again keeps its place
            await supervisor.kill(name)
            await supervisor.revive(name)
        assert len(supervisor._running) == 3
    assert order.read_text() == "cba"


async def test_what_ignores_the_request_to_stop_is_killed(tmp_path: Path) -> None:
    async def printed(_pid: int) -> bool:
        return "up" in (tmp_path / "deaf.log").read_text()

    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    async with Supervisor(tmp_path) as supervisor:
        await supervisor.start([python("deaf", code, ready=printed, stop_seconds=0.2)])
        [deaf] = supervisor._running
    assert deaf.child.returncode == -signal.SIGKILL


async def test_a_service_that_does_not_come_up_is_named_and_tried_again_and_again(tmp_path: Path) -> None:
    paused: list[float] = []
    said: asyncio.Queue[str] = asyncio.Queue()

    async def pause(seconds: float) -> None:
        paused.append(seconds)

    once = "import pathlib, sys, time; mark = pathlib.Path(sys.argv[1]); seen = mark.exists(); mark.touch()\n"
    once += "sys.exit('disk full') if seen else time.sleep(60)"

    async def stays(pid: int) -> bool:
        await asyncio.sleep(0.3)
        return pid in psutil.pids() and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE

    async with Supervisor(tmp_path, said.put_nowait, pause) as supervisor:
        gateway = python("gateway", once, ready=stays)
        await supervisor.start([replace(gateway, argv=[*gateway.argv, str(tmp_path / "mark")])])
        watching = asyncio.create_task(supervisor.watch())
        await supervisor.kill("gateway")
        words = [await said.get() for _ in range(7)]
        watching.cancel()
    assert "gateway ended with exit code 1" in words[2]
    assert "disk full" in words[2]
    assert paused[:5] == [1, 2, 4, 8, 8]


async def test_a_killed_service_is_started_again(tmp_path: Path) -> None:
    said: asyncio.Queue[str] = asyncio.Queue()
    async with Supervisor(tmp_path, said.put_nowait) as supervisor:
        await supervisor.start([python("gateway", "import time; time.sleep(60)", ready=at_once)])
        first, watching = supervisor.pid_of("gateway"), asyncio.create_task(supervisor.watch())
        await supervisor.kill("gateway")
        words = [await said.get() for _ in range(3)]
        watching.cancel()
        assert words == ["gateway", "gateway was ended by SIGKILL, so it is started again", "gateway"]
        assert supervisor.pid_of("gateway") != first
