"""A request lives as crosschq.md 1.7 says, whoever acts."""

from typing import Any

import pytest

ALL = ("candidate_opens", "self_reference", "add_references", "answer_next", "answer_next", "answer_next")


async def test_progress_grows_with_each_step_to_100(crosschq: Any) -> None:
    request_id = await crosschq.create()
    seen = [(await crosschq.act(request_id, act))["progress"] for act in ALL]
    assert seen == sorted(set(seen))
    assert seen[-1] == 100


async def test_the_report_is_there_exactly_at_100(crosschq: Any) -> None:
    request_id = await crosschq.create()
    almost = await crosschq.act(request_id, *ALL[:-1])
    assert (almost["status"], almost["report_url"]) == ("in_progress", None)
    done = await crosschq.act(request_id, "answer_next")
    base = f"http://crosschq.test/reports/{request_id}"
    assert (done["status"], done["progress"], done["report_url"]) == ("completed", 100, base)
    assert (done["report_summary_pdf"], done["report_full_pdf"]) == (
        f"{base}/summary.pdf",
        f"{base}/full.pdf",
    )


async def test_references_are_named_as_demanded(crosschq: Any) -> None:
    shown = await crosschq.act(await crosschq.create(), "add_references")
    assert [one["relationship"] for one in shown["references"]] == ["managers", "managers", "peers"]
    assert {one["status"] for one in shown["references"]} == {"requested"}
    assert shown["missing"] == []


async def test_the_same_seed_invents_the_same_people(make: Any) -> None:
    shown = [await one.act(await one.create(), "add_references") for one in (make(seed=7), make(seed=7))]
    names = [[one["email"] for one in each["references"]] for each in shown]
    assert names[0] == names[1]


async def test_who_declined_frees_the_slot(crosschq: Any) -> None:
    request_id = await crosschq.create()
    shown = await crosschq.act(request_id, "add_references", "decline_next")
    assert (shown["references"][0]["status"], shown["missing"]) == ("declined", ["managers"])
    assert (await crosschq.act(request_id, "finish"))["status"] == "completed"
    assert len((await crosschq.read(request_id))["references"]) == 4


async def test_two_answers_and_a_refusal_make_a_report(crosschq: Any) -> None:
    acts = ("self_reference", "add_references", "answer_next", "answer_next", "decline_next")
    shown = await crosschq.act(await crosschq.create(), *acts)
    assert (shown["status"], shown["progress"]) == ("completed", 100)


async def test_without_the_self_reference_there_is_no_report(crosschq: Any) -> None:
    request_id = await crosschq.create()
    shown = await crosschq.act(request_id, "add_references", "answer_next", "answer_next", "answer_next")
    assert (shown["status"], shown["report_url"]) == ("in_progress", None)
    assert (await crosschq.act(request_id, "self_reference"))["status"] == "completed"


@pytest.mark.parametrize("done", [[], ["self_reference"], ["add_references", "answer_next"]])
async def test_conclude_needs_an_answer_and_the_self_reference(crosschq: Any, done: list[str]) -> None:
    request_id = await crosschq.create()
    await crosschq.act(request_id, *done)
    refused = await crosschq.browser.post(f"/sandbox/requests/{request_id}/act", json={"act": "conclude"})
    assert (refused.status_code, "Conclude needs" in refused.json()["error"]) == (409, True)


async def test_conclude_closes_for_late_references_and_names_them_in_the_report(crosschq: Any) -> None:
    request_id = await crosschq.create()
    shown = await crosschq.act(request_id, "self_reference", "add_references", "answer_next", "conclude")
    late = shown["references"][2]
    assert (shown["status"], shown["progress"], late["status"]) == ("concluded", 100, "cancelled")
    report = (await crosschq.browser.get(f"/reports/{request_id}")).text
    assert "was concluded before these references answered" in report
    assert f"{late['first_name']} {late['last_name']}" in report
    assert "This request is closed" in (await crosschq.browser.get(f"/reference/{late['token']}")).text


async def test_a_cancelled_request_keeps_its_progress_and_takes_nothing_more(crosschq: Any) -> None:
    request_id = await crosschq.create()
    before = await crosschq.act(request_id, "add_references", "answer_next")
    after = await crosschq.act(request_id, "cancel")
    assert (after["status"], after["progress"], after["report_url"]) == (
        "cancelled",
        before["progress"],
        None,
    )
    for act in ("self_reference", "answer_next", "conclude", "cancel", "finish"):
        refused = await crosschq.browser.post(f"/sandbox/requests/{request_id}/act", json={"act": act})
        assert refused.status_code == 409


async def test_status_updated_on_moves_with_the_status_only(crosschq: Any) -> None:
    request_id = await crosschq.create()
    crosschq.clock.advance(hours=1)
    await crosschq.act(request_id, "candidate_opens")
    crosschq.clock.advance(hours=1)
    await crosschq.act(request_id, "self_reference")
    shown = await crosschq.read(request_id)
    assert (shown["status_updated_on"], shown["updated_on"]) == (
        "2026-01-04T15:22:10Z",
        "2026-01-04T16:22:10Z",
    )


async def test_an_unknown_act_lists_the_known_ones(crosschq: Any) -> None:
    request_id = await crosschq.create()
    answer = await crosschq.browser.post(f"/sandbox/requests/{request_id}/act", json={"act": "dance"})
    assert (answer.status_code, "answer_next" in answer.json()["error"]) == (400, True)
    unknown = await crosschq.browser.post("/sandbox/requests/rq_1/act", json={"act": "finish"})
    assert unknown.status_code == 404


async def test_reset_forgets_everything(crosschq: Any) -> None:
    await crosschq.hook_on()
    request_id = await crosschq.create()
    await crosschq.browser.post("/sandbox/reset")
    assert (await crosschq.browser.get(f"/sandbox/requests/{request_id}")).status_code == 404
    assert (await crosschq.browser.get("/sandbox/webhook")).json()["url"] is None
