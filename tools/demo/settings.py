"""The demo's settings: its own folder, keys made once, ports that are free. Reads nothing of yours."""

import secrets
from pathlib import Path

from cryptography.fernet import Fernet
from pydantic import HttpUrl, SecretStr

from deployments.ports import pick
from deployments.state_files import kept
from settings import Settings

FOLDER = Path("var/demo")


PORTS = (8600, 8610, 4200)


def demo_settings(folder: Path = FOLDER, ports: tuple[int, int, int] = PORTS) -> Settings:
    """The same keys at every start, so that what was stored stays readable.

    `ports`: the preferred public, private and Prefect's one; who restarts processes wants some that nobody else takes
    in between.
    """
    folder.mkdir(parents=True, exist_ok=True)
    public_port = pick(ports[0])
    private_port = pick(ports[1], avoid=[public_port])
    return Settings(
        _env_file=None,
        data_dir=folder,
        secret_keys=SecretStr(kept(folder / "secret.key", lambda: Fernet.generate_key().decode())),
        prefect_auth_string=SecretStr(
            kept(folder / "prefect.auth", lambda: f"admin:{secrets.token_urlsafe(12)}")
        ),
        public_base_url=HttpUrl(f"http://127.0.0.1:{public_port}"),
        public_port=public_port,
        private_port=private_port,
        prefect_port=pick(ports[2]),
        allowed_hosts="127.0.0.1",
    )


def admins_password(settings: Settings) -> str:
    """Of the pages' admin: the same at every start, in a file that only whoever starts the demo can read."""
    return kept(settings.data_dir / "admin.password", lambda: secrets.token_urlsafe(12))
