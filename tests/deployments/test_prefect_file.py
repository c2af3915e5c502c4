"""The table of contents: a change of what is deployed shows here in review."""

from typing import Any

import pytest
import yaml
from prefect.flows import load_flow_from_entrypoint

from deployments.register import DEFAULT_SCHEDULES, PREFECT_FILE

FILE = yaml.safe_load(PREFECT_FILE.read_text())


def test_these_deployments_are_there() -> None:
    assert [(one["entrypoint"], one["name"]) for one in FILE["deployments"]] == [
        ("flows.reference_request.reference_request", "stage-change"),
        ("flows.reference_request.reference_request", "crosschq-update"),
        ("flows.hiring_followup.hiring_followup", "due"),
        ("flows.hiring_followup.hiring_outcome", "news"),
        ("flows.candidate_erasure.candidate_erasure", "deleted"),
        ("flows.prospect_export.prospect_export", "all-existing"),
        ("flows.prospect_export.prospect_export", "new"),
        ("flows.reconcile.reconcile", "own-work"),
        ("flows.reconcile.reconcile", "lever"),
        ("flows.reconcile.reconcile", "crosschq"),
        ("flows.reconcile.reconcile", "deletions"),
    ]


@pytest.mark.parametrize("deployment", FILE["deployments"], ids=lambda one: one["name"])
def test_each_is_described_runs_on_our_pool_and_leaves_schedules_to_admins(
    deployment: dict[str, Any],
) -> None:
    assert deployment["description"]
    assert deployment["work_pool"] == {"name": "{{ $CROSSCHQ_LEVER_WORK_POOL }}"}
    assert not {"schedule", "schedules", "pull"} & deployment.keys()
    assert FILE["pull"] == []


def test_default_schedules_are_for_deployments_that_are_there() -> None:
    names = {
        f"{one['entrypoint'].rpartition('.')[2].replace('_', '-')}/{one['name']}"
        for one in FILE["deployments"]
    }
    assert set(DEFAULT_SCHEDULES) <= names


@pytest.mark.parametrize("deployment", FILE["deployments"], ids=lambda one: one["name"])
def test_each_flow_is_named_after_its_function(deployment: dict[str, Any]) -> None:
    flow = load_flow_from_entrypoint(deployment["entrypoint"])
    assert flow.name == flow.fn.__name__.replace("_", "-")
