"""The main job, through every real process: Lever's webhook, gateway, dispatcher, Prefect, worker, and back."""

import json
from typing import Any

import pytest

from deployments.prefect_api import every, prefect_api
from tests.journeys.conftest import Installation
from tools.demo.story import Story

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
async def told(installation: Installation) -> Story:
    """A story that came true, step by step; what it left behind is looked at below."""
    story = Story(installation.lever, installation.crosschq)
    async for _ in story.play():
        pass
    return story


@pytest.fixture(scope="module")
async def left_in_prefect(installation: Installation, told: Story) -> dict[str, list[dict[str, Any]]]:
    """Everything Prefect's users can see."""
    async with prefect_api(installation.stack.settings) as api:
        kinds = ("flow_runs", "task_runs", "logs", "artifacts", "deployments")
        return {kind: await every(api, f"/{kind}/filter") for kind in kinds}


async def test_the_runs_of_a_candidate_are_found_by_the_opportunity(
    told: Story, left_in_prefect: dict[str, list[dict[str, Any]]]
) -> None:
    tag = f"opportunity:{told.opportunity_id}"
    about = [one for one in left_in_prefect["flow_runs"] if tag in one["tags"]]
    (run,) = [one for one in about if one["name"].startswith("references-for-")]
    assert len(about) > 1
    assert run["name"] == f"references-for-{told.opportunity_id}"
    assert run["state_name"] == "RequestSent"
    assert set(run["parameters"]) == {"delivery_id", "attempt"}
    assert run["idempotency_key"] == f"delivery:{run['parameters']['delivery_id']}:1"


async def test_a_run_links_to_the_lever_profile_and_to_nothing_else(
    installation: Installation, told: Story, left_in_prefect: dict[str, list[dict[str, Any]]]
) -> None:
    links = [one["data"] for one in left_in_prefect["artifacts"] if told.opportunity_id in str(one["data"])]
    assert links
    assert all(f"{installation.stack.lever_url}/candidates/{told.opportunity_id}" in link for link in links)
    assert "/reports/" not in json.dumps(left_in_prefect["artifacts"])


async def test_the_logs_tell_the_story(left_in_prefect: dict[str, list[dict[str, Any]]]) -> None:
    messages = " ".join(one["message"] for one in left_in_prefect["logs"])
    assert "Decided: Send." in messages
    assert "RequestSent" in messages


async def test_nobodys_data_and_no_secret_are_in_prefect(
    installation: Installation, told: Story, left_in_prefect: dict[str, list[dict[str, Any]]]
) -> None:
    (request,) = await installation.crosschq.requests_for(told.email)
    people = [request["candidate"], *request["references"]]
    personal = [
        told.email,
        request["requestor"],
        *(one["email"] for one in people),
        *(one["last_name"] for one in people),
    ]
    secrets = ["lever-sandbox-key", "crosschq-sandbox-key", "demo-webhook-token"]
    everything = json.dumps(left_in_prefect, ensure_ascii=False)
    assert [text for text in [*personal, *secrets] if text and text in everything] == []


async def test_nobodys_data_and_no_secret_are_in_the_logs(installation: Installation, told: Story) -> None:
    (request,) = await installation.crosschq.requests_for(told.email)
    private = [
        told.email,
        request["candidate"]["last_name"],
        "lever-sandbox-key",
        "crosschq-sandbox-key",
        "/webhooks/lever/",
    ]
    for name in ("gateway", "worker", "prefect-server", "migrations", "deployments"):
        log = (installation.stack.settings.data_dir / "logs" / f"{name}.log").read_text()
        assert [text for text in private if text in log] == [], name


async def test_two_moves_at_once_send_one_request(installation: Installation) -> None:
    story = Story(installation.lever, installation.crosschq)
    candidate = await installation.lever.meet_candidate()
    story.opportunity_id, story.email = candidate["id"], candidate["email"]
    await installation.lever.move(candidate["id"], times=2)
    await story.wait_for_status("Crosschq: sent")
    async with prefect_api(installation.stack.settings) as api:
        await story.wait_until("both runs are over", lambda: _are_over(api, candidate["id"], 2))
    assert len(await installation.crosschq.requests_for(candidate["email"])) == 1


async def _are_over(api: Any, opportunity_id: str, number: int) -> bool:
    runs = [run for run in await every(api, "/flow_runs/filter") if opportunity_id in run["name"]]
    return len(runs) == number and all(run["state_type"] == "COMPLETED" for run in runs)


async def test_reconcile_runs_by_itself_on_its_schedule(installation: Installation) -> None:
    story = Story(installation.lever, installation.crosschq)
    async with prefect_api(installation.stack.settings) as api:
        await story.wait_until("a scheduled look after our own work has completed", lambda: _has_looked(api))


async def _has_looked(api: Any) -> bool:
    runs = await every(api, "/flow_runs/filter")
    looks = [run for run in runs if run["auto_scheduled"] and run["parameters"] == {"scope": "own-work"}]
    return any(run["state_type"] == "COMPLETED" for run in looks)
