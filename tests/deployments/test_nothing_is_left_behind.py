"""However the supervisor ends, no process of the stack and no port is left: real processes, real kills."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from deployments.guardian import MARK, marked
from deployments.ports import is_free, pick

SMALL_STACK = Path(__file__).with_name("small_stack.py")
LIMIT = 20.0


@dataclass
class SmallStack:
    process: subprocess.Popen[str]
    port: int
    mark: str
    grandchild: int

    @property
    def supervisor(self) -> psutil.Process:
        """The supervisor itself: the process that was started, or the only child of the make that ran it."""
        process = psutil.Process(self.process.pid)
        return process if "small_stack" in process.cmdline()[1] else process.children()[0]


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + LIMIT
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return holds()


def is_gone(stack: SmallStack) -> bool:
    return not marked(stack.mark) and is_free(stack.port) and not psutil.pid_exists(stack.grandchild)


def started(argv: list[str], port: int) -> SmallStack:
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout
    up = json.loads(process.stdout.readline())
    return SmallStack(process, port, up["mark"], up["grandchild"])


@pytest.fixture(params=["polite"])
def stack(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[SmallStack]:
    port = pick(18700)
    stack = started([sys.executable, str(SMALL_STACK), str(port), str(tmp_path), request.param], port)
    yield stack
    finish(stack)


@pytest.fixture
def stack_of_make(tmp_path: Path) -> Iterator[SmallStack]:
    port = pick(18700)
    recipe = f"up:\n\t@exec {sys.executable} {SMALL_STACK} {port} {tmp_path}\n"
    (tmp_path / "Makefile").write_text(recipe)
    stack = started(["make", "-f", str(tmp_path / "Makefile"), "up"], port)
    yield stack
    finish(stack)


def finish(stack: SmallStack) -> None:
    stack.process.kill()
    stack.process.communicate()
    for process in marked(stack.mark):
        with suppress(psutil.NoSuchProcess):  # the guardian ends them meanwhile
            process.kill()


def test_everything_carries_the_mark_and_the_port_is_taken(stack: SmallStack) -> None:
    assert stack.grandchild in {process.pid for process in marked(stack.mark)}
    assert len(marked(stack.mark)) == 3
    assert not is_free(stack.port)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_to_the_supervisor_leaves_nothing(stack: SmallStack, sign: signal.Signals) -> None:
    stack.process.send_signal(sign)
    code = stack.process.wait(LIMIT)
    assert code == (-9 if sign is signal.SIGKILL else 128 + sign)
    assert eventually(lambda: is_gone(stack))


@pytest.mark.parametrize("stack", ["stubborn"], indirect=True)
def test_a_grandchild_that_ignores_the_request_to_end_is_killed(stack: SmallStack) -> None:
    stack.process.kill()
    assert eventually(lambda: is_gone(stack))


def test_an_impatient_second_ctrl_c_leaves_nothing_either(stack: SmallStack) -> None:
    stack.process.send_signal(signal.SIGINT)
    stack.process.send_signal(signal.SIGINT)
    stack.process.wait(LIMIT)
    assert eventually(lambda: is_gone(stack))


def test_ctrl_c_at_the_terminal_that_runs_make_leaves_nothing(stack_of_make: SmallStack) -> None:
    os.killpg(stack_of_make.process.pid, signal.SIGINT)
    # make ends by the signal, or with its error code where the program was quicker.
    assert stack_of_make.process.wait(LIMIT) in (-signal.SIGINT, 2)
    assert eventually(lambda: is_gone(stack_of_make))


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
def test_a_signal_to_the_make_that_started_it_leaves_nothing(
    stack_of_make: SmallStack, sign: signal.Signals
) -> None:
    supervisor = stack_of_make.supervisor
    stack_of_make.process.send_signal(sign)
    assert eventually(lambda: is_gone(stack_of_make) and not supervisor.is_running())


def test_the_kill_of_supervisor_and_make_together_leaves_nothing(stack_of_make: SmallStack) -> None:
    supervisor = stack_of_make.supervisor
    supervisor.kill()
    stack_of_make.process.kill()
    assert eventually(lambda: is_gone(stack_of_make))


def test_a_process_that_ended_is_started_again_and_is_not_left_behind_either(stack: SmallStack) -> None:
    [web] = web_servers(stack)
    web.kill()
    assert eventually(lambda: [one.pid for one in web_servers(stack) if one.pid != web.pid] != [])
    stack.process.send_signal(signal.SIGTERM)
    assert eventually(lambda: is_gone(stack))


def web_servers(stack: SmallStack) -> list[psutil.Process]:
    found = []
    for process in marked(stack.mark):
        with suppress(psutil.Error):
            if "http.server" in process.cmdline():
                found.append(process)
    return found


def test_a_guardian_leaves_processes_of_another_stack_alone(stack: SmallStack) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, env={**os.environ, MARK: "another"}
    )
    try:
        stack.process.kill()
        assert eventually(lambda: is_gone(stack))
        assert other.poll() is None
    finally:
        other.kill()
        other.communicate()
