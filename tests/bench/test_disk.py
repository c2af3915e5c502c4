"""Every table of Prefect's is one that a retention reaches, or one that holds so much and no more."""

from prefect.server.database.orm_models import Base

from tools.bench.disk_sizes import growth
from tools.bench.idle import OF_EVENTS, OF_RUNS

BOUNDED = {
    "agent": "Prefect 3 has none",
    "artifact_collection": "one for each key, of which we have a handful; stale ones go daily (orphans)",
    "automation": "ours and the admins'",
    "automation_bucket": "one for each automation and what it is for each of; goes when its window has ended",
    "automation_event_follower": "events whose leader has not come; go after 15 minutes",
    "automation_held_event": "of proactive automations; goes after Prefect's own retention",
    "automation_related_resource": "of automations",
    "block_document": "what automations send with, and what admins save",
    "block_document_reference": "of blocks",
    "block_schema": "of blocks, one for each version of Prefect",
    "block_schema_reference": "of blocks",
    "block_type": "of blocks",
    "composite_trigger_child_firing": "one for each child of a trigger",
    "concurrency_limit": "the admins'",
    "concurrency_limit_v2": "the admins'",
    "configuration": "one row",
    "csrf_token": "one for each client; expired ones go with the next one made",
    "deployment": "prefect.yaml's",
    "deployment_schedule": "the admins'",
    "flow": "prefect.yaml's",
    "saved_search": "the admins'",
    "task_run_state_cache": "our tasks cache nothing",
    "variable": "one of ours, and the admins'",
    "work_pool": "ours",
    "work_queue": "ours",
    "worker": "one for each machine; silent ones go at the next start (deployments.work_pool)",
}


def test_nothing_in_prefects_database_grows_for_good() -> None:
    assert set(Base.metadata.tables) == OF_RUNS | OF_EVENTS | BOUNDED.keys()
    assert not (OF_RUNS | OF_EVENTS) & BOUNDED.keys()


def test_what_belongs_to_a_run_goes_with_it_or_is_found_by_its_id() -> None:
    for name in OF_RUNS - {"flow_run"}:
        columns = Base.metadata.tables[name].columns
        column = columns.get("flow_run_id") if "flow_run_id" in columns else columns.get("task_run_id")
        assert column is not None, name
        rules = {str(key.ondelete).lower() for key in column.foreign_keys}
        # Without a foreign key: logs and artifacts, which the vacuum deletes by the run's id.
        assert rules == {"cascade"} or name in ("log", "artifact"), name


def test_growth_is_in_megabytes_with_the_most_first() -> None:
    before, after = {"a": 1_000_000, "b": 0, "c": 5}, {"a": 1_500_000, "b": 2_000_000, "c": 5, "new": 1_000}
    assert list(growth(before, after).items()) == [("b", 2.0), ("a", 0.5), ("new", 0.001)]
