"""The figures by name, their units, and the line each is printed as. Measures nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

UNITS = {
    "request.latency_p50": "s",
    "request.latency_p95": "s",
    "request.lever_calls": "calls",
    "burst.runs_per_s": "runs/s",
    "memory.worker_mb_growth": "MB",
    "gateway.accepted_per_s": "webhooks/s",
    "gateway.ratio_to_bare": "times",
    "gateway.p99_ms_at_100": "ms",
    "gateway.p99_ms_under_siege": "ms",
    "run.prefect_requests": "requests",
    "followup.created_per_s": "follow-ups/s",
    "followup.sweep_ms_10k": "ms",
    "followup.sweep_ms_100k": "ms",
    "followup.idle_cpu_before": "%",
    "followup.idle_cpu_10k": "%",
    "housekeeping.slowest_ms_300k": "ms",
    "gateway.p99_ms_beside_purge": "ms",
    "idle.prefect_mb_per_day": "MB",
    "idle.prefect_mb_plateau": "MB",
    "disk.mb_per_100_requests": "MB",
    "disk.mb_left_per_100_requests": "MB",
    "export.rss_mb_1k": "MB",
    "export.lever_per_s": "leads/s",
    "export.refused_429": "calls",
    "export.lever_calls_new": "calls",
    "export.lever_calls_checked": "calls",
    "export.rss_mb_50k": "MB",
    "export.doubled": "leads",
    "export.lost": "leads",
    "request.latency_p50_stock": "s",
    "burst.ratio_to_stock": "times",
}
"""In the order in which they are measured."""


class NotMeasured(Exception):  # noqa: N818 - says what happened
    """What was to be measured did not happen; the message says what did instead."""


@dataclass(frozen=True)
class Figure:
    """One result, in the unit of its name."""

    name: str
    value: float

    def __str__(self) -> str:
        return f"{self.name} = {self.value:.3f} {UNITS[self.name]}"


def chosen(only: str) -> list[str]:
    """The names that begin so; all for an empty word."""
    return [name for name in UNITS if name.startswith(only)]


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that so many percent do not exceed (nearest rank). ValueError without values."""
    if not values:
        raise ValueError("no values to take a percentile of")
    rank = -(-len(values) * percent // 100)
    return sorted(values)[max(rank, 1) - 1]
