"""Judge what was measured of the installation: each part is well or not, in a sentence. Performs no I/O.

A sentence holds no address, no id and nothing of a person: whoever reaches the private port may read it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

LATE = timedelta(minutes=1)
"""What is due longer than this is late."""
SILENT = timedelta(seconds=90)
"""Prefect's workers say that they live every 30 s."""
LEAST_FREE = 1024**3
"""Bytes of disk."""


class Part(StrEnum):
    DATABASE = "database"
    PREFECT = "prefect"
    WORK_POOL = "work_pool"
    WORKER = "worker"
    DISPATCHER = "dispatcher"
    DISK = "disk"


@dataclass(frozen=True)
class Finding:
    """`says` is a sentence."""

    ok: bool
    says: str


@dataclass(frozen=True)
class Shown:
    """A finding, and since when the part has been well or not, as far as this process knows."""

    finding: Finding
    since: datetime


@dataclass
class Since:
    """Remembers in memory when each part became well or stopped being so; at first, when it was first looked at."""

    _known: dict[Part, tuple[bool, datetime]] = field(default_factory=dict)

    def show(self, part: Part, finding: Finding, now: datetime) -> Shown:
        known = self._known.get(part)
        if known is None or known[0] is not finding.ok:
            known = self._known[part] = (finding.ok, now)
        return Shown(finding, known[1])


@dataclass(frozen=True)
class PoolSeen:
    """A work pool and its workers' last heartbeats, as Prefect tells them."""

    is_paused: bool
    heartbeats: Sequence[datetime]


def database(why_not: str | None) -> Finding:
    """`why_not`: as of `why_not_written`; None: a write has worked."""
    if why_not is None:
        return Finding(ok=True, says="Webhooks are recorded.")
    return Finding(
        ok=False, says=f"Webhooks are answered 503, as our database does not take them: {why_not}."
    )


def prefect(pool: PoolSeen | None, problem: str) -> Finding:
    """`pool` is None where Prefect did not tell; `problem` says why, as a sentence."""
    if problem:
        return Finding(ok=False, says=f"Webhooks are recorded and wait: {problem}")
    lacking = "" if pool else ", and has no work pool of ours"
    return Finding(ok=True, says=f"Prefect's API answers{lacking}.")


def work_pool(pool: PoolSeen | None, problem: str) -> Finding:
    if problem:
        return Finding(ok=False, says="Not known, as Prefect does not tell.")
    if pool is None:
        return Finding(ok=False, says="Prefect has no work pool of ours: run `make deploy`.")
    if pool.is_paused:
        return Finding(
            ok=False, says="The work pool is paused, so that no flow runs: resume it in Prefect's UI."
        )
    return Finding(ok=True, says="The work pool takes runs.")


def worker(pool: PoolSeen | None, problem: str, now: datetime) -> Finding:
    if problem or pool is None:
        return Finding(ok=False, says="Not known, as Prefect does not tell.")
    if not pool.heartbeats:
        return Finding(ok=False, says="No worker was ever there for the work pool: start one.")
    silence = now - max(pool.heartbeats)
    if silence > SILENT:
        return Finding(
            ok=False,
            says=f"No worker has been heard of for {in_words(silence)}: what comes in waits. Look at its log.",
        )
    return Finding(ok=True, says="A worker is at work.")


def dispatcher(oldest_due: datetime | None, without_run: int, now: datetime) -> Finding:
    """`without_run`: how many deliveries were taken up, and Prefect has no run for them."""
    late = now - oldest_due if oldest_due else timedelta(0)
    if late > LATE:
        return Finding(ok=False, says=f"What came in has waited for its flow run for {in_words(late)}.")
    if without_run:
        many = "delivery" if without_run == 1 else "deliveries"
        return Finding(ok=False, says=f"Prefect has not taken the flow runs of {without_run} {many}.")
    return Finding(ok=True, says="Nothing waits for its flow run.")


def disk(free: int, total: int) -> Finding:
    """Bytes, where the data folder is."""
    said = f"{free / 1024**3:.1f} GiB ({100 * free / max(total, 1):.0f} %) of the data folder's disk are free"
    if free < LEAST_FREE:
        return Finding(ok=False, says=f"Only {said}: make room before nothing can be recorded.")
    return Finding(ok=True, says=f"{said}.")


def not_measured(why: str) -> Finding:
    return Finding(ok=False, says=f"Not known: {why}.")


def in_words(duration: timedelta) -> str:
    """Such as `3 minutes`; the largest unit that is whole."""
    seconds = int(duration.total_seconds())
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{seconds} seconds"
