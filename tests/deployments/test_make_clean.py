"""`make clean` takes nothing away under what is running, and everything when nothing is."""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from deployments.environment import ROOT
from deployments.locks import folder_in_use


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A Makefile and a .venv that finds our modules, as after `make demo`."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    venv.create(tmp_path / ".venv", symlinks=True)
    [packages] = (tmp_path / ".venv").glob("lib/python*/site-packages")
    (packages / "ours.pth").write_text("\n".join([str(ROOT), str(Path(psutil.__file__).parent.parent)]))
    return tmp_path


def clean(checkout: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", "clean"],  # noqa: S607
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def running(checkout: Path, program: str) -> Iterator[int]:
    argv = [program, "-c", "print(flush=True); input()"]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, cwd=checkout, stdin=pipe, stdout=pipe) as process:
        assert process.stdout
        process.stdout.readline()
        yield process.pid
        process.kill()


@pytest.mark.parametrize("program", [".venv/bin/python", "{checkout}/.venv/bin/python"])
def test_it_is_refused_under_a_process_of_the_environment(checkout: Path, program: str) -> None:
    with running(checkout, program.format(checkout=checkout)) as pid:
        refused = clean(checkout)
        assert refused.returncode != 0
        assert "Nothing was removed: this checkout is in use by `python -c" in refused.stdout
        assert f"(pid {pid})" in refused.stdout
    assert (checkout / ".venv").exists()
    assert clean(checkout).returncode == 0
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize("folder", ["var", "var/demo"])
def test_it_is_refused_under_a_stack_whose_processes_cannot_be_seen(checkout: Path, folder: str) -> None:
    with folder_in_use(checkout / folder):
        refused = clean(checkout)
    assert refused.returncode != 0
    assert f"(pid {os.getpid()} on " in refused.stdout
    assert clean(checkout).returncode == 0


def test_another_environments_processes_do_not_matter(checkout: Path) -> None:
    with running(checkout, sys.executable):
        assert clean(checkout).returncode == 0
    assert not (checkout / ".venv").exists()


def test_a_broken_environment_is_removed(checkout: Path) -> None:
    shutil.rmtree(checkout / ".venv" / "lib")
    assert clean(checkout).returncode == 0
    assert not (checkout / ".venv").exists()
    assert clean(checkout).returncode == 0
