"""Who acts, for the audit. Reads nothing but this process's own user."""

import getpass
import os


def who() -> str:
    """The user by name, or by number where the machine knows no name for it, as in many containers."""
    try:
        return f"command line, {getpass.getuser()}"
    except (KeyError, OSError):
        return f"command line, user {os.getuid()}"
