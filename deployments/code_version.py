"""Which code this is: a name that changes with every line of the flows and of what they use. Reads files only."""

from functools import cache
from hashlib import sha256
from importlib.metadata import version

from deployments.environment import ROOT

USED_BY_FLOWS = (
    *(
        "flows",
        "tasks",
        "hiring",
        "lever",
        "crosschq",
        "mail",
        "outbound",
        "store",
        "cleaning",
        "warm_worker",
    ),
    *("settings.py", "wiring.py"),
)


@cache
def code_version() -> str:
    """Such as `0.1.0+3f2a9c1b77d0`. The first answer stays: a process runs what it started with."""
    digest = sha256()
    for name in USED_BY_FLOWS:
        place = ROOT / name
        for source in [place] if place.is_file() else sorted(place.rglob("*.py")):
            digest.update(f"{source.relative_to(ROOT)}\0".encode() + source.read_bytes() + b"\0")
    return f"{version('crosschq-for-lever')}+{digest.hexdigest()[:12]}"
