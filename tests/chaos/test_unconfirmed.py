"""A request may be called unconfirmed where nobody could know better, and only there."""

from typing import Any

import pytest

from hiring.status_tags import SENT, UNCONFIRMED
from tools.chaos.trouble import Happened
from tools.chaos.unconfirmed import judge_unconfirmed

ID, EMAIL = "0e6ab51d", "ana@people.test"


def tagged(tag: str, opportunity_id: str = ID) -> dict[str, Any]:
    path = f"/v1/opportunities/{opportunity_id}/addTags"
    return {"method": "POST", "path": path, "body": {"tags": [tag]}, "status": 200, "executed": True, "at": 0}


def created(
    status: int | None, *, executed: bool = True, at: float = 1000, email: str = EMAIL
) -> dict[str, Any]:
    body = {"candidate": {"email": email}}
    return {"method": "POST", "path": "/", "body": body, "status": status, "executed": executed, "at": at}


def wrong(creations: list[dict[str, Any]], *happened: Happened) -> tuple[str, ...]:
    return judge_unconfirmed([tagged(UNCONFIRMED)], creations, {ID: EMAIL}, happened).wrong


@pytest.mark.parametrize("status", [None, 408, 502, 503])
def test_where_crosschq_did_not_say_what_it_did_it_is_right(status: int | None) -> None:
    assert wrong([created(status)]) == ()
    assert wrong([created(status, executed=False)]) == ()


@pytest.mark.parametrize("status", [201, 400, 429])
def test_where_crosschq_said_it_and_nothing_happened_it_is_wrong(status: int) -> None:
    assert len(wrong([created(status)])) == 1
    assert len(wrong([created(503, email="bob@people.test"), created(status)])) == 1
    assert len(wrong([])) == 1


@pytest.mark.parametrize("victim", ["worker", "worker-2", "postgres", "disk"])
def test_where_the_answer_could_not_be_recorded_it_is_right(victim: str) -> None:
    assert wrong([created(201, at=1000)], Happened(victim, 1003, 1012)) == ()
    assert wrong([], Happened(victim, 1003, 1012)) == ()


def test_trouble_at_another_time_or_of_another_process_is_no_excuse() -> None:
    assert len(wrong([created(201, at=1000)], Happened("worker", 5000, 5009))) == 1
    assert len(wrong([created(201, at=1000)], Happened("gateway", 1003, 1012))) == 1


def test_others_are_not_called_unconfirmed_and_lapses_are_counted_at_both() -> None:
    at_lever = [tagged(SENT), tagged(UNCONFIRMED, "somebody-elses"), tagged("Blue") | {"status": 503}]
    counted = judge_unconfirmed(at_lever, [created(502), created(503, executed=False)], {ID: EMAIL}, ())
    assert (counted.requests, counted.lapses, counted.wrong) == (0, 2, ())
