"""On Linux the kernel itself ends a child with its parent: no guardian is needed for that."""

import subprocess
import sys

import psutil
import pytest

from deployments.lifeline import tied

SLEEP = [sys.executable, "-c", "print('up', flush=True); import time; time.sleep(600)"]
PARENT = f"""
import subprocess, sys, time
from deployments.lifeline import tied
child = subprocess.Popen(tied({SLEEP!r}, 15), start_new_session=True, stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_a_child_ends_with_its_killed_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    assert psutil.wait_procs([child], timeout=10)[1] == []


def test_a_child_whose_parent_is_gone_does_not_begin() -> None:
    argv = tied([sys.executable, "-c", "print('began')"], 15)
    argv[4] = "-1"  # the parent it looks for
    assert subprocess.run(argv, check=True, capture_output=True).stdout == b""
