"""What is measured after what, which figures each part gives, and how long it may take. Measures nothing itself."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from tools.bench.burst import burst_rate, burst_ratio
from tools.bench.disk import disk_per_request
from tools.bench.export_kills import killed_export
from tools.bench.export_memory import export_rss_1k, export_rss_50k
from tools.bench.exports import calls_checked, calls_new, export_rate
from tools.bench.figures import Figure
from tools.bench.follow_ups import created_rate, idle_cpu
from tools.bench.gateway import gateway_p99, gateway_rate
from tools.bench.housekeeping import gateway_p99_beside_purge, slowest
from tools.bench.idle import idle_growth
from tools.bench.latency import request_figures, stock_latency
from tools.bench.memory import worker_growth
from tools.bench.prefect_requests import requests_per_run
from tools.bench.scene import Scene
from tools.bench.siege import gateway_p99_under_siege
from tools.bench.sweep import sweep_10k, sweep_100k


@dataclass(frozen=True)
class Part:
    """`needs` names the figure that this one is compared with; `seconds` is the most it may take."""

    names: tuple[str, ...]
    measure: Callable[[Scene], AsyncIterator[Figure]]
    seconds: float
    needs: str = ""


PROGRAMME = (
    Part(("request.latency_p50", "request.latency_p95", "request.lever_calls"), request_figures, 60),
    Part(("burst.runs_per_s",), burst_rate, 240),
    Part(("memory.worker_mb_growth",), worker_growth, 240),
    Part(("gateway.accepted_per_s", "gateway.ratio_to_bare"), gateway_rate, 90),
    Part(("gateway.p99_ms_at_100",), gateway_p99, 30),
    Part(("gateway.p99_ms_under_siege",), gateway_p99_under_siege, 240),
    Part(("run.prefect_requests",), requests_per_run, 90),
    Part(("followup.created_per_s",), created_rate, 40),
    Part(("followup.sweep_ms_10k",), sweep_10k, 30),
    Part(("followup.sweep_ms_100k",), sweep_100k, 60),
    Part(("followup.idle_cpu_before", "followup.idle_cpu_10k"), idle_cpu, 90),
    Part(("housekeeping.slowest_ms_300k",), slowest, 180),
    Part(("gateway.p99_ms_beside_purge",), gateway_p99_beside_purge, 180),
    Part(("idle.prefect_mb_per_day", "idle.prefect_mb_plateau"), idle_growth, 1100),
    Part(("disk.mb_per_100_requests", "disk.mb_left_per_100_requests"), disk_per_request, 900),
    # The worker is exchanged for these, and the sandbox is to have no prospects before.
    Part(("export.rss_mb_1k",), export_rss_1k, 60),
    Part(("export.lever_per_s", "export.refused_429"), export_rate, 260),
    Part(("export.lever_calls_new",), calls_new, 30),
    Part(("export.lever_calls_checked",), calls_checked, 30),
    Part(("export.rss_mb_50k",), export_rss_50k, 200),
    Part(("export.doubled", "export.lost"), killed_export, 300),
    # From here on the stock worker is at work.
    Part(("request.latency_p50_stock",), stock_latency, 240),
    Part(("burst.ratio_to_stock",), burst_ratio, 180, needs="burst.runs_per_s"),
)


def parts_for(names: list[str]) -> list[Part]:
    """The parts that give these figures, and those that they are compared with."""
    wanted = [part for part in PROGRAMME if set(part.names) & set(names)]
    needed = {part.needs for part in wanted}
    return [part for part in PROGRAMME if part in wanted or needed & set(part.names)]
