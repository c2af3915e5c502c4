"""A stack of two small processes, run as a script so that tests can kill it: `small_stack.py PORT LOGS [stubborn]`.

The second one starts a grandchild in its own session, as a worker starts flow runs. A stubborn one is deaf to SIGTERM.
Prints one JSON line when it is up.
"""

import json
import os
import sys
from pathlib import Path

import httpx

from deployments.processes import Process, answers
from deployments.supervisor import Supervisor
from deployments.until_stopped import run_until_stopped

GRANDCHILD = """
import signal, sys, time
if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(flush=True)
time.sleep(600)
"""
PARENT = f"""
import subprocess, sys, time
argv = [sys.executable, "-c", {GRANDCHILD!r}, *sys.argv[2:]]
child = subprocess.Popen(argv, start_new_session=True, stdout=subprocess.PIPE)
child.stdout.readline()
open(sys.argv[1], "w").write(str(child.pid))
time.sleep(600)
"""


async def main(port: int, logs: Path, *temper: str) -> int:
    grandchild = logs / "grandchild.pid"
    env = dict(os.environ)

    async def has_grandchild(_pid: int) -> bool:
        return grandchild.exists() and bool(grandchild.read_text())

    async with httpx.AsyncClient() as client, Supervisor(logs) as supervisor:
        serve = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
        web = Process("web", serve, env, ready=answers(client, f"http://127.0.0.1:{port}/"), directory=logs)
        argv = [sys.executable, "-c", PARENT, str(grandchild), *temper]
        parent = Process("parent", argv, env, after=["web"], ready=has_grandchild)
        await supervisor.start([parent, web])
        print(json.dumps({"mark": supervisor.mark, "grandchild": int(grandchild.read_text())}), flush=True)
        await supervisor.watch()
    return 0


if __name__ == "__main__":
    sys.exit(run_until_stopped(main(int(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])))
