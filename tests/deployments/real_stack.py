"""The whole stack, run as a script so that a test can kill it: `real_stack.py FOLDER` prints its mark when it is up."""

import sys
from pathlib import Path

from cryptography.fernet import Fernet

from deployments.ports import pick
from deployments.stack import running_stack
from deployments.until_stopped import run_until_stopped
from settings import Settings


async def main(folder: Path) -> int:
    settings = Settings(
        _env_file=None,
        data_dir=folder,
        secret_keys=Fernet.generate_key().decode(),
        prefect_auth_string="tester:a word nobody guesses",
        prefect_port=pick(14300),
        public_port=pick(18650),
        private_port=pick(18660),
        allowed_hosts="127.0.0.1",
    )
    async with running_stack(settings, with_sandbox=True, progress=lambda _name: None) as stack:
        print(stack.supervisor.mark, flush=True)
        await stack.watch()
    return 0


if __name__ == "__main__":
    sys.exit(run_until_stopped(main(Path(sys.argv[1]))))
