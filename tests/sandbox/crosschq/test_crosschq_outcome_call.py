"""What became of a candidate can be set by the API and on the page, is told, and is written down with who said it."""

from typing import Any

import pytest

REQUESTS = "/partners/reference-request/"
HIRED = {"hiring_status": "hired", "hired_on": "2026-01-20"}


async def put(crosschq: Any, request_id: str, body: Any) -> Any:
    return await crosschq.api.put(f"{REQUESTS}{request_id}/outcome/", json=body)


async def set_ones(crosschq: Any) -> list[dict[str, Any]]:
    return list((await crosschq.browser.get("/sandbox/outcomes")).json()["outcomes"])


async def test_an_outcome_is_answered_as_read_and_raises_updated_on(crosschq: Any) -> None:
    request_id = await crosschq.create()
    crosschq.clock.advance(days=16)
    answer = await put(crosschq, request_id, HIRED)
    read = await crosschq.read(request_id)
    assert (answer.status_code, answer.json()) == (200, read)
    assert read | HIRED == read
    assert (read["updated_on"], read["status_updated_on"]) == ("2026-01-20T14:22:10Z", "2026-01-04T14:22:10Z")


async def test_each_setting_sends_one_snapshot_even_of_the_same(crosschq: Any) -> None:
    await crosschq.hook_on()
    request_id = await crosschq.create()
    for body in (HIRED, HIRED, {"hiring_status": "not_hired", "hired_on": None}):
        assert (await put(crosschq, request_id, body)).status_code == 200
    await crosschq.idle()
    told = [(one["hiring_status"], one["hired_on"]) for one in crosschq.hook.snapshots]
    assert told == [("undecided", None), *[("hired", "2026-01-20")] * 2, ("not_hired", None)]


async def test_every_setting_is_written_down_with_who_did_it(crosschq: Any) -> None:
    request_id = await crosschq.create()
    await put(crosschq, request_id, HIRED)
    await crosschq.browser.post(f"/requests/{request_id}/outcome", data={"hiring_status": "not_hired"})
    await crosschq.act(request_id, "hired", "undecided")
    one, *others = await set_ones(crosschq)
    assert one == {"at": crosschq.clock().timestamp(), "request_id": request_id, **HIRED, "by": "api"}
    assert [(other["hiring_status"], other["hired_on"], other["by"]) for other in others] == [
        ("not_hired", None, "page"),
        ("hired", "2026-01-04", "page"),
        ("undecided", None, "page"),
    ]
    assert (await crosschq.browser.delete("/sandbox/outcomes")).json() == {"outcomes": []}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "hiring_status"),
        ({"hiring_status": "maybe"}, "hiring_status"),
        ({"hiring_status": ["hired"]}, "hiring_status"),
        ({"hiring_status": "hired", "hired_on": "20 January"}, "hired_on"),
        ({"hiring_status": "hired", "hired_on": "2026-02-30"}, "hired_on"),
        ({"hiring_status": "hired", "hired_on": "20260120"}, "hired_on"),
        ({"hiring_status": "not_hired", "hired_on": "2026-01-20"}, "hired_on"),
        (["hired"], "non_field_errors"),
    ],
)
async def test_a_wrong_outcome_is_refused_and_sets_nothing(crosschq: Any, body: Any, field: str) -> None:
    answer = await put(crosschq, await crosschq.create(), body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert await set_ones(crosschq) == []


async def test_an_outcome_needs_a_known_request_the_key_and_put(crosschq: Any) -> None:
    path = f"{REQUESTS}{await crosschq.create()}/outcome/"
    assert (await put(crosschq, "rq_1", HIRED)).status_code == 404
    assert (await crosschq.browser.put(path, json=HIRED)).status_code == 401
    assert (await crosschq.api.post(path, json=HIRED)).status_code == 405
    assert (await crosschq.api.put(path, content=b"{")).json()["detail"].startswith("JSON parse error")
    assert await set_ones(crosschq) == []


@pytest.mark.parametrize("ended", ["finish", "cancel"])
async def test_the_outcome_of_a_request_that_has_ended_changes_nothing_else(
    crosschq: Any, ended: str
) -> None:
    request_id = await crosschq.create()
    before = await crosschq.act(request_id, ended)
    await put(crosschq, request_id, HIRED)
    assert await crosschq.read(request_id) | HIRED | {"status": before["status"]} == await crosschq.read(
        request_id
    )


async def test_an_outcome_makes_the_report_no_younger(crosschq: Any) -> None:
    request_id = await crosschq.create()
    await crosschq.act(request_id, "finish")
    before = (await crosschq.browser.get(f"/reports/{request_id}")).text
    crosschq.clock.advance(days=14)
    await put(crosschq, request_id, HIRED)
    assert (await crosschq.browser.get(f"/reports/{request_id}")).text == before


@pytest.mark.parametrize(("knob", "call"), [("outcome_call", "PUT outcome"), ("cancel_call", "POST cancel")])
async def test_a_crosschq_that_lacks_a_call_answers_404_and_does_nothing(
    crosschq: Any, knob: str, call: str
) -> None:
    request_id = await crosschq.create()
    method, name = call.split()
    path, before = f"{REQUESTS}{request_id}/{name}/", await crosschq.read(request_id)
    await crosschq.browser.put("/sandbox/knobs", json={knob: False})
    answer = await crosschq.api.request(method, path, json=HIRED)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})
    assert await crosschq.read(request_id) == before
    await crosschq.browser.delete("/sandbox/knobs")
    assert (await crosschq.api.request(method, path, json=HIRED)).status_code == 200


@pytest.mark.parametrize("status", [429, 503])
async def test_a_refused_outcome_is_not_set(crosschq: Any, status: int) -> None:
    request_id = await crosschq.create()
    knobs = {"fail_status": status, "fail_count": 1, "match": "PUT .*/outcome/"}
    await crosschq.browser.put("/sandbox/knobs", json=knobs)
    assert (await put(crosschq, request_id, HIRED)).status_code == status
    assert await set_ones(crosschq) == []
    assert (await put(crosschq, request_id, HIRED)).status_code == 200


async def test_a_hung_outcome_is_set_and_nobody_heard(crosschq: Any) -> None:
    request_id = await crosschq.create()
    await crosschq.browser.put("/sandbox/knobs", json={"hang_after_write": 1, "hang_seconds": 0})
    with pytest.raises(ConnectionError):
        await put(crosschq, request_id, HIRED)
    assert len(await set_ones(crosschq)) == 1
    call = (await crosschq.browser.get("/sandbox/ledger")).json()["calls"][-1]
    assert (call["method"], call["status"], call["executed"], call["body"]) == ("PUT", None, True, HIRED)


async def test_the_page_and_the_list_show_the_outcome(crosschq: Any) -> None:
    request_id = await crosschq.create()
    page = f"/requests/{request_id}"
    assert "Not hired</span>" not in (await crosschq.browser.get("/")).text
    form = {"hiring_status": "hired", "hired_on": "2026-01-20"}
    answer = await crosschq.browser.post(f"{page}/outcome", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{page}#outcome")
    assert "Hired, 20 Jan 2026" in (await crosschq.browser.get(page)).text
    await crosschq.browser.post(f"{page}/outcome", data={"hiring_status": "not_hired"})
    for shown in (page, "/"):
        assert "Not hired</span>" in (await crosschq.browser.get(shown)).text


async def test_a_wrong_date_on_the_page_is_answered_in_words(crosschq: Any) -> None:
    path = f"/requests/{await crosschq.create()}/outcome"
    answer = await crosschq.browser.post(path, data={"hiring_status": "hired", "hired_on": "soon"})
    assert (answer.status_code, "Date has wrong format" in answer.text) == (400, True)
    assert (await crosschq.browser.post("/requests/rq_1/outcome", data={})).status_code == 404
