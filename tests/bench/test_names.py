"""The figures' names, the line each is printed as, and what ONLY chooses."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools.bench.figures import UNITS, Figure, chosen, percentile
from tools.bench.programme import PROGRAMME, parts_for

ROOT = Path(__file__).parent.parent.parent
ISSUE_3 = {
    "request.latency_p50",
    "request.latency_p95",
    "request.latency_p50_stock",
    "request.lever_calls",
    "burst.runs_per_s",
    "burst.ratio_to_stock",
    "run.prefect_requests",
    "gateway.accepted_per_s",
    "gateway.ratio_to_bare",
    "gateway.p99_ms_at_100",
    "memory.worker_mb_growth",
}
ISSUE_4 = {
    "followup.created_per_s",
    "followup.sweep_ms_10k",
    "followup.sweep_ms_100k",
    "followup.idle_cpu_before",
    "followup.idle_cpu_10k",
}
ISSUE_12 = {
    "gateway.p99_ms_under_siege",
    "housekeeping.slowest_ms_300k",
    "idle.prefect_mb_per_day",
    "idle.prefect_mb_plateau",
    "disk.mb_per_100_requests",
    "disk.mb_left_per_100_requests",
    "gateway.p99_ms_beside_purge",
}
ISSUE_5 = {
    "export.lever_per_s",
    "export.refused_429",
    "export.lever_calls_new",
    "export.lever_calls_checked",
    "export.rss_mb_1k",
    "export.rss_mb_50k",
    "export.doubled",
    "export.lost",
}


def test_the_figures_are_those_of_the_issues() -> None:
    assert set(UNITS) == ISSUE_3 | ISSUE_4 | ISSUE_5 | ISSUE_12


def test_each_figure_is_measured_by_one_part() -> None:
    measured = [name for part in PROGRAMME for name in part.names]
    assert sorted(measured) == sorted(UNITS)


@pytest.mark.parametrize("name", UNITS)
def test_a_line_is_name_value_and_unit(name: str) -> None:
    assert re.fullmatch(rf"{re.escape(name)} = -?\d+\.\d+ \S+", str(Figure(name, 1234.5678)))


def test_a_line_has_the_value_with_three_decimals() -> None:
    assert str(Figure("request.latency_p50", 0.23456)) == "request.latency_p50 = 0.235 s"


def test_only_chooses_by_the_first_part_of_a_name() -> None:
    assert chosen("gateway.p99_ms_a") == ["gateway.p99_ms_at_100"]
    assert chosen("gateway.p99") == [
        "gateway.p99_ms_at_100",
        "gateway.p99_ms_under_siege",
        "gateway.p99_ms_beside_purge",
    ]
    assert chosen("") == list(UNITS)
    assert chosen("ateway") == []


def test_only_what_is_chosen_is_measured() -> None:
    assert [part.names for part in parts_for(["gateway.p99_ms_at_100"])] == [("gateway.p99_ms_at_100",)]


def test_a_figure_that_is_compared_has_the_other_measured_first() -> None:
    first, second = parts_for(chosen("burst.ratio"))
    assert first.names == ("burst.runs_per_s",)
    assert second.names == ("burst.ratio_to_stock",)


@pytest.mark.parametrize(("percent", "value"), [(50, 10), (95, 19), (99, 20), (100, 20)])
def test_a_percentile_is_by_nearest_rank(percent: int, value: int) -> None:
    assert percentile([*range(20, 0, -1)], percent) == value


def test_what_needs_the_warm_worker_is_measured_before_the_stock_one_takes_over() -> None:
    first_on_stock = next(n for n, part in enumerate(PROGRAMME) if part.names[0].endswith("_stock"))
    measured_there = {name for part in PROGRAMME[first_on_stock:] for name in part.names}
    assert measured_there == {"request.latency_p50_stock", "burst.ratio_to_stock"}


def test_the_worker_with_the_short_list_is_measured_before_anybody_else_opts_in() -> None:
    exports = [part.names[0] for part in PROGRAMME if part.names[0].startswith("export.")]
    assert exports[0] == "export.rss_mb_1k"


def test_figures_are_measured_in_the_order_in_which_they_are_listed() -> None:
    measured = [name for part in PROGRAMME for name in part.names]
    assert measured == list(UNITS)


def test_a_percentile_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_a_name_that_no_figure_has_is_refused_naming_those_there_are() -> None:
    argv = [sys.executable, "-m", "tools.bench", "--only", "speed"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert all(name in done.stderr for name in UNITS)
