"""The pages do what people do, with plain forms, and never show markup that came from outside as markup."""

from typing import Any

import pytest

RATED = {"quality": 5, "reliability": 4, "communication": 5, "teamwork": 4, "again": 5, "comment": "Calm."}


def people(*relationships: str) -> dict[str, list[str]]:
    count = range(len(relationships))
    return {
        "relationship": list(relationships),
        "first_name": [f"Ines{n}" for n in count],
        "last_name": ["Venn" for _ in count],
        "email": [f"ines{n}@refs.test" for n in count],
        "mobile_phone": ["" for _ in count],
    }


async def test_the_whole_story_by_forms(crosschq: Any) -> None:
    request_id = await crosschq.create()
    shown = (await crosschq.browser.get(f"/sandbox/requests/{request_id}")).json()
    locker = f"/candidate/{shown['candidate_token']}"
    assert "Hello Ada" in (await crosschq.browser.get(locker)).text
    await crosschq.browser.post(f"{locker}/self-reference", data=RATED)
    posted = await crosschq.browser.post(f"{locker}/references", data=people("managers", "managers", "peers"))
    assert (posted.status_code, posted.headers["location"]) == (303, locker)
    shown = (await crosschq.browser.get(f"/sandbox/requests/{request_id}")).json()
    for reference in shown["references"]:
        page = f"/reference/{reference['token']}"
        assert "A reference for Ada K" in (await crosschq.browser.get(page)).text
        await crosschq.browser.post(f"{page}/answer", data=RATED)
        assert "Thank you" in (await crosschq.browser.get(page)).text
    assert (await crosschq.read(request_id))["status"] == "completed"
    assert "Calm." in (await crosschq.browser.get(f"/reports/{request_id}")).text


async def test_opening_the_locker_twice_is_news_once(crosschq: Any) -> None:
    await crosschq.hook_on()
    request_id = await crosschq.create()
    token = (await crosschq.browser.get(f"/sandbox/requests/{request_id}")).json()["candidate_token"]
    for _ in range(2):
        await crosschq.browser.get(f"/candidate/{token}")
    await crosschq.idle()
    assert [one["progress"] for one in crosschq.hook.snapshots] == [0, 5]


async def test_a_reference_declines_with_a_reason_for_the_candidate(crosschq: Any) -> None:
    request_id = await crosschq.create()
    shown = await crosschq.act(request_id, "add_references")
    page = f"/reference/{shown['references'][0]['token']}"
    await crosschq.browser.post(f"{page}/decline", data={"reason": "Too long ago."})
    assert "You declined" in (await crosschq.browser.get(page)).text
    assert "Too long ago." in (await crosschq.browser.get(f"/candidate/{shown['candidate_token']}")).text
    assert (await crosschq.browser.post(f"{page}/answer", data=RATED)).status_code == 409


async def test_a_reference_who_answered_can_opt_in_as_a_prospect(crosschq: Any) -> None:
    shown = await crosschq.act(await crosschq.create(), "add_references", "answer_next")
    page = f"/reference/{shown['references'][0]['token']}"
    assert "Yes, opt in" in (await crosschq.browser.get(page)).text
    await crosschq.browser.post(f"{page}/opt-in")
    (prospect,) = (await crosschq.browser.get("/sandbox/prospects")).json()["prospects"]
    assert (prospect["email"], prospect["relationship"]) == (shown["references"][0]["email"], "managers")
    assert (await crosschq.browser.post(f"{page}/opt-in")).status_code == 409


async def test_who_the_survey_does_not_ask_cannot_opt_in(crosschq: Any) -> None:
    request_id = await crosschq.create(jobrole="general", config_params={"social": 2})
    shown = await crosschq.act(request_id, "add_references", "answer_next")
    page = f"/reference/{shown['references'][0]['token']}"
    assert "opt in" not in (await crosschq.browser.get(page)).text
    assert (await crosschq.browser.post(f"{page}/opt-in")).status_code == 409


async def test_the_recruiter_concludes_and_cancels_by_button(crosschq: Any) -> None:
    request_id = await crosschq.create()
    assert "Conclude now" not in (await crosschq.browser.get(f"/requests/{request_id}")).text
    assert (await crosschq.browser.post(f"/requests/{request_id}/conclude")).status_code == 409
    await crosschq.act(request_id, "self_reference", "add_references", "answer_next")
    assert "Conclude now" in (await crosschq.browser.get(f"/requests/{request_id}")).text
    await crosschq.browser.post(f"/requests/{request_id}/conclude")
    assert (await crosschq.read(request_id))["status"] == "concluded"
    other = await crosschq.create()
    await crosschq.browser.post(f"/requests/{other}/cancel")
    assert (await crosschq.read(other))["status"] == "cancelled"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"first_name": ["", "A", "B"]}, "first and last name"),
        ({"email": ["nope", "a@b.test", "c@d.test"]}, "valid e-mail"),
        ({"relationship": ["social", "managers", "peers"]}, "is asked for"),
        ({name: ["", "", ""] for name in ("first_name", "last_name", "email")}, "at least one"),
    ],
)
async def test_a_wrong_form_is_answered_with_words(crosschq: Any, change: Any, said: str) -> None:
    shown = await crosschq.act(await crosschq.create(), "candidate_opens")
    form = {**people("managers", "managers", "peers"), **change}
    answer = await crosschq.browser.post(f"/candidate/{shown['candidate_token']}/references", data=form)
    assert (answer.status_code, said in answer.text) == (409, True)
    assert (await crosschq.read(shown["id"]))["references"] == []


async def test_references_can_be_named_one_by_one(crosschq: Any) -> None:
    shown = await crosschq.act(await crosschq.create(), "candidate_opens")
    locker = f"/candidate/{shown['candidate_token']}"
    await crosschq.browser.post(f"{locker}/references", data=people("peers"))
    assert "name 2 more people" in (await crosschq.browser.get(locker)).text


async def test_an_unrated_question_is_named(crosschq: Any) -> None:
    shown = await crosschq.act(await crosschq.create(), "candidate_opens")
    form = {**RATED, "teamwork": "9"}
    answer = await crosschq.browser.post(f"/candidate/{shown['candidate_token']}/self-reference", data=form)
    assert (answer.status_code, "makes the people around them better" in answer.text) == (409, True)


@pytest.mark.parametrize("path", ["/requests/x", "/candidate/x", "/reference/x", "/reports/x", "/nowhere"])
async def test_a_link_that_leads_nowhere_says_so(crosschq: Any, path: str) -> None:
    answer = await crosschq.browser.get(path)
    assert (answer.status_code, "Nothing here" in answer.text) == (404, True)


async def test_a_candidates_token_opens_no_reference_page(crosschq: Any) -> None:
    shown = await crosschq.act(await crosschq.create(), "add_references")
    assert (await crosschq.browser.get(f"/reference/{shown['candidate_token']}")).status_code == 404
    assert (await crosschq.browser.get(f"/candidate/{shown['references'][0]['token']}")).status_code == 404


async def test_markup_in_a_name_is_text_on_every_page(crosschq: Any) -> None:
    bad = {"first_name": "<script>", "last_name": "</title><b>", "email": "x@ex.test"}
    request_id = await crosschq.create(candidate=bad, job_position="<img src=x>", candidate_message="<i>")
    shown = await crosschq.act(request_id, "finish")
    paths = [
        "/",
        f"/requests/{request_id}",
        f"/candidate/{shown['candidate_token']}",
        f"/reports/{request_id}",
    ]
    for path in [*paths, f"/reference/{shown['references'][0]['token']}"]:
        text = (await crosschq.browser.get(path)).text
        assert not any(tag in text for tag in ("<script>", "<b>", "<img src=x>", "<i>"))


async def test_the_settings_page_saves_the_webhook_and_shows_its_log(crosschq: Any) -> None:
    form = {"url": "https://hook.test/a", "method": "PUT", "auth": "token", "token": "t0ken"}
    assert (await crosschq.browser.post("/settings/webhook", data=form)).status_code == 303
    assert (await crosschq.browser.get("/sandbox/webhook")).json() == form
    await crosschq.create()
    await crosschq.idle()
    page = (await crosschq.browser.get("/settings")).text
    assert ("sent to the candidate" in page, "Delivered" in page) == (True, True)
    delivery = crosschq.app.state.outbox.log()[0]
    await crosschq.browser.post(f"/settings/webhook-log/{delivery.id}/rerun")
    await crosschq.idle()
    assert len(crosschq.hook.received) == 2


async def test_wrong_webhook_settings_stay_in_the_form_with_the_reason(crosschq: Any) -> None:
    form = {"url": "https://hook.test/a", "method": "POST", "auth": "token", "token": ""}
    answer = await crosschq.browser.post("/settings/webhook", data=form)
    assert (answer.status_code, "need a token" in answer.text) == (400, True)
    assert "https://hook.test/a" in answer.text
