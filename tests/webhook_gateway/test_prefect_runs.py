"""What is sent to Prefect's API: ids and nothing else; and what is made of its answers, one at a time."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
import respx
from prefect.settings import PREFECT_API_URL, temporary_settings

from store.database import Database
from store.due import DISPATCH_LEASE
from store.tables import Delivery, DeliveryState
from tests.webhook_gateway.inbox import deliveries
from tests.webhook_gateway.senders import Senders, fixture, signed
from webhook_gateway import prefect_runs
from webhook_gateway.prefect_runs import PrefectRuns, PrefectUnavailable, run_name

API = "http://prefect.test/api"
DEPLOYMENT = str(uuid4())


def delivery(**changes: object) -> Delivery:
    columns: dict[str, object] = {
        "id": 7,
        "connection_id": 3,
        "attempt": 1,
        "event": "candidateStageChange",
        "subject": "opportunity:o-1",
        "state": DeliveryState.DISPATCHED,
    }
    return Delivery(**{**columns, **changes})


class Prefect:
    """Prefect's API as far as it is asked; `deployment` is the id it knows, `runs` what it was told to create."""

    def __init__(self, router: respx.MockRouter) -> None:
        self.deployment = DEPLOYMENT
        self.is_down = False
        self.answer: httpx.Response | None = None
        self.looked_up: list[str] = []
        self.runs: list[dict[str, Any]] = []
        router.get(path__regex=r"/api/deployments/name/(?P<name>.+)").mock(side_effect=self.look_up)
        router.post(path__regex=r"/api/deployments/(?P<id>[^/]+)/create_flow_run").mock(
            side_effect=self.create
        )
        router.get(path="/api/csrf-token").respond(422, text="CSRF protection is disabled.")

    def look_up(self, _request: httpx.Request, name: str) -> httpx.Response:
        self.looked_up.append(name)
        if self.is_down:
            raise httpx.ConnectError("secret words")
        if not self.deployment:
            return httpx.Response(404, json={"detail": "Deployment not found"})
        return httpx.Response(200, json={"id": self.deployment, "name": "x", "flow_id": str(uuid4())})

    def create(self, request: httpx.Request, id: str) -> httpx.Response:  # noqa: A002 - the path's word
        if self.answer:
            return self.answer
        if id != self.deployment:
            return httpx.Response(404, json={"detail": "Deployment not found"})
        self.runs.append(json.loads(request.content))
        return httpx.Response(201, json={"id": str(uuid4()), "flow_id": str(uuid4()), "name": "x"})


@pytest.fixture
def prefect() -> Iterator[Prefect]:
    with (
        temporary_settings({PREFECT_API_URL: API}),
        respx.mock(base_url="http://prefect.test", assert_all_called=False) as router,
    ):
        yield Prefect(router)


async def test_a_run_is_ordered_with_ids_and_the_key_of_its_attempt(prefect: Prefect) -> None:
    await PrefectRuns().start(delivery())
    [ordered] = prefect.runs
    assert prefect.looked_up == ["reference-request/stage-change"]
    assert ordered.pop("state")["type"] == "SCHEDULED"
    assert ordered == {
        "name": "references-for-o-1",
        "parameters": {"delivery_id": 7, "attempt": 1},
        "tags": ["connection:3", "opportunity:o-1"],
        "context": {},
        "labels": {},
        "idempotency_key": "delivery:7:1",
        "job_variables": None,
        "parent_task_run_id": None,
    }


async def test_a_snapshot_is_work_for_the_other_deployment(prefect: Prefect) -> None:
    await PrefectRuns().start(delivery(event="snapshot", subject="request:rq_1"))
    assert prefect.looked_up == ["reference-request/crosschq-update"]
    assert prefect.runs[0]["name"] == "update-of-rq_1"


@pytest.mark.parametrize(
    ("event", "subject", "attempt", "name"),
    [
        ("candidateStageChange", "opportunity:o-1", 1, "references-for-o-1"),
        ("candidateStageChange", "opportunity:a:b", 2, "references-for-a:b-attempt-2"),
        ("snapshot", "request:4711", 1, "update-of-4711"),
        ("snapshot", "request:rq_1", 12, "update-of-rq_1-attempt-12"),
    ],
)
def test_a_run_is_named_by_what_it_is_for(event: str, subject: str, attempt: int, name: str) -> None:
    assert run_name(delivery(event=event, subject=subject, attempt=attempt)) == name


@pytest.mark.parametrize("name", ["stage_change_prefect_kind", "snapshot_prefect_kind"])
async def test_nothing_of_a_body_with_prefect_kind_reaches_prefect(
    senders: Senders, database: Database, prefect: Prefect, name: str
) -> None:
    payload = fixture(f"gateway/{name}")
    if name.startswith("stage"):
        await senders.lever(signed(senders.key, payload))
    else:
        await senders.crosschq(payload)
    [recorded] = await deliveries(database)
    await PrefectRuns().start(recorded)
    [ordered] = prefect.runs
    assert ordered["parameters"] == {"delivery_id": 1, "attempt": 0}
    assert "prefect_kind" not in json.dumps(ordered)
    assert "{{" not in json.dumps(ordered)


async def test_a_deployment_is_looked_up_once(prefect: Prefect) -> None:
    runs = PrefectRuns()
    for number in (1, 2, 3):
        await runs.start(delivery(id=number))
    assert (len(prefect.looked_up), len(prefect.runs)) == (1, 3)


async def test_a_deployment_that_was_made_anew_is_found_again(prefect: Prefect) -> None:
    runs = PrefectRuns()
    await runs.start(delivery())
    prefect.deployment = str(uuid4())
    with pytest.raises(PrefectUnavailable, match="has no deployment"):
        await runs.start(delivery(id=8))
    await runs.start(delivery(id=8))
    assert [run["idempotency_key"] for run in prefect.runs] == ["delivery:7:1", "delivery:8:1"]


async def test_a_missing_deployment_is_named_with_what_to_do(prefect: Prefect) -> None:
    prefect.deployment = ""
    with pytest.raises(
        PrefectUnavailable, match="no deployment 'reference-request/stage-change': run `make deploy`"
    ):
        await PrefectRuns().start(delivery())


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(500, text="secret words"), r"answered 500\.$"),
        (httpx.Response(401, json={"detail": "secret words"}), r"answered 401\.$"),
        (httpx.Response(422, json={"detail": "secret words"}), r"answered 422\.$"),
        (httpx.Response(200, text="<html>secret words</html>"), "is not Prefect's API"),
        (httpx.Response(200, json={"secret": "words"}), "is not Prefect's API"),
    ],
)
async def test_an_answer_that_is_no_run_means_try_again(
    prefect: Prefect, answer: httpx.Response, words: str
) -> None:
    prefect.answer = answer
    with pytest.raises(PrefectUnavailable, match=words) as raised:
        await PrefectRuns().start(delivery())
    assert "secret" not in str(raised.value)


async def test_a_prefect_that_is_down_means_try_again(prefect: Prefect) -> None:
    prefect.is_down = True
    with pytest.raises(PrefectUnavailable, match=r"asked: the connection could not be made\.$"):
        await PrefectRuns().start(delivery())


async def test_a_prefect_that_asks_to_come_back_later_does_not_hold_up_the_dispatcher(
    prefect: Prefect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prefect_runs, "PATIENCE_SECONDS", 0.1)
    # Its own client would wait for a minute and ask again.
    prefect.answer = httpx.Response(503, headers={"Retry-After": "60"})
    with pytest.raises(PrefectUnavailable, match=r"asked: it did not answer in time\.$"):
        await PrefectRuns().start(delivery())


def test_an_order_is_given_up_before_the_store_hands_it_out_again() -> None:
    assert timedelta(seconds=prefect_runs.PATIENCE_SECONDS) < DISPATCH_LEASE


async def test_an_address_that_is_none_does_not_end_the_dispatcher() -> None:
    with temporary_settings({PREFECT_API_URL: "no address"}), pytest.raises(PrefectUnavailable):
        await PrefectRuns().start(delivery())
