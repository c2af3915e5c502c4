"""Panels and interviews, as recorded, and as published clients plan them."""

from typing import Any

import httpx
import pytest

LIST = "/v1/opportunities"
HOUR = 3_600_000


@pytest.fixture
def panels(plain: str) -> str:
    return f"{LIST}/{plain}/panels"


@pytest.fixture
def interviews(plain: str) -> str:
    return f"{LIST}/{plain}/interviews"


@pytest.fixture
def talk(cast: dict[str, Any], clock: Any) -> dict[str, Any]:
    return {
        "subject": "Technical interview",
        "note": "Bring a laptop",
        "interviewers": [{"id": cast["users"]["hiring_manager"]["id"]}],
        "date": clock.milliseconds() + HOUR,
        "duration": 60,
    }


@pytest.fixture
async def panel(
    api: httpx.AsyncClient, panels: str, acting: dict[str, str], talk: dict[str, Any]
) -> dict[str, Any]:
    answer = await api.post(panels, params=acting, json={"timezone": "Europe/Oslo", "interviews": [talk]})
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["data"])


async def test_a_panel_is_answered_as_recorded(
    panel: dict[str, Any], talk: dict[str, Any], cast: dict[str, Any], clock: Any, acting: dict[str, str]
) -> None:
    [interview] = panel.pop("interviews")
    manager = cast["users"]["hiring_manager"]
    assert panel.pop("id") != interview.pop("id")
    assert panel == {
        "applications": [],
        "canceledAt": None,
        "createdAt": clock.milliseconds(),
        "end": talk["date"] + HOUR,
        "externallyManaged": True,
        "externalUrl": None,
        "feedbackReminder": "daily",
        "note": None,
        "stage": cast["stages"]["On-site"],
        "start": talk["date"],
        "timezone": "Europe/Oslo",
        "user": acting["perform_as"],
    }
    shown = {"id": manager["id"], "email": manager["email"], "name": manager["name"]}
    more = {"responseStatus": "needsAction", "feedbackTemplate": "no-feedback"}
    assert interview == {
        **talk,
        "interviewers": [shown | more],
        "feedbackReminder": "daily",
        "feedbackTemplate": "no-feedback",
        "location": None,
    }


async def test_an_interview_alone_says_more(
    api: httpx.AsyncClient, panel: dict[str, Any], interviews: str, plain: str
) -> None:
    [shown] = (await api.get(interviews)).json()["data"]
    assert (await api.get(f"{interviews}/{shown['id']}")).json()["data"] == shown
    assert shown["panel"] == panel["id"]
    assert shown["opportunityId"] == plain
    assert (shown["feedbackTemplate"], shown["feedbackForms"], shown["canceledAt"]) == (None, [], None)
    assert shown["interviewers"][0].keys() == {"id", "name", "email", "feedbackTemplate"}
    assert {"timezone", "createdAt", "user", "stage", "postings", "gcalEventUrl", "location"} < shown.keys()


async def test_one_more_is_planned_changed_and_deleted(
    api: httpx.AsyncClient,
    panel: dict[str, Any],
    panels: str,
    interviews: str,
    acting: dict[str, str],
    talk: Any,
) -> None:
    body = {**talk, "panel": panel["id"], "date": talk["date"] + 2 * HOUR, "location": "Room 1"}
    made = (await api.post(interviews, params=acting, json=body)).json()["data"]
    assert (await api.get(f"{panels}/{panel['id']}")).json()["data"]["end"] == body["date"] + HOUR
    changed = (
        await api.put(f"{interviews}/{made['id']}", params=acting, json={**talk, "duration": 45})
    ).json()
    assert (changed["data"]["duration"], changed["data"]["location"]) == (45, None)
    assert {name: changed["data"][name] for name in ("id", "createdAt", "panel", "user")} == {
        name: made[name] for name in ("id", "createdAt", "panel", "user")
    }
    assert (await api.delete(f"{interviews}/{made['id']}", params=acting)).status_code == 204
    assert (await api.get(f"{interviews}/{made['id']}")).status_code == 404
    assert len((await api.get(interviews)).json()["data"]) == 1


async def test_a_panel_is_changed_as_a_whole_and_deleted(
    api: httpx.AsyncClient,
    panel: dict[str, Any],
    panels: str,
    interviews: str,
    acting: dict[str, str],
    talk: Any,
) -> None:
    kept = panel["interviews"][0]["id"]
    wanted = {"note": "Two talks", "interviews": [{**talk, "id": kept, "subject": "First"}, talk]}
    changed = (await api.put(f"{panels}/{panel['id']}", params=acting, json=wanted)).json()["data"]
    assert (changed["id"], changed["note"], changed["createdAt"]) == (
        panel["id"],
        "Two talks",
        panel["createdAt"],
    )
    assert [one["id"] == kept for one in changed["interviews"]] == [True, False]
    assert [one["subject"] for one in (await api.get(interviews)).json()["data"]] == [
        "First",
        talk["subject"],
    ]
    assert (await api.delete(f"{panels}/{panel['id']}", params=acting)).status_code == 204
    assert (await api.get(panels)).json()["data"] == (await api.get(interviews)).json()["data"] == []


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"interviewers": []}, 400),
        ({"interviewers": [{"id": "nobody"}]}, 404),
        ({"date": "tomorrow"}, 400),
        ({"duration": 0}, 400),
        ({"panel": "none"}, 404),
        ({"feedbackReminder": "hourly"}, 400),
    ],
)
async def test_what_cannot_be_planned_is_not(
    api: httpx.AsyncClient,
    panel: dict[str, Any],
    interviews: str,
    acting: dict[str, str],
    talk: Any,
    wrong: Any,
    status: int,
) -> None:
    answer = await api.post(interviews, params=acting, json={**talk, "panel": panel["id"], **wrong})
    assert (answer.status_code, answer.json().keys()) == (status, {"code", "message"})
    assert len((await api.get(interviews)).json()["data"]) == 1


async def test_feedback_names_the_panel_and_the_interview(
    api: httpx.AsyncClient, panel: dict[str, Any], plain: str, acting: dict[str, str]
) -> None:
    body = {"baseTemplateId": "no-feedback", "panel": panel["id"], "interview": panel["interviews"][0]["id"]}
    given = (await api.post(f"{LIST}/{plain}/feedback", params=acting, json=body)).json()["data"]
    assert (given["panel"], given["interview"]) == (body["panel"], body["interview"])


@pytest.mark.parametrize(("clean", "canceled"), [(True, True), (False, False)])
async def test_archiving_may_take_interviews_off_the_calendar(
    api: httpx.AsyncClient,
    panel: dict[str, Any],
    interviews: str,
    plain: str,
    acting: dict[str, str],
    cast: dict[str, Any],
    clean: bool,
    canceled: bool,
) -> None:
    body = {"reason": cast["archive_reasons"]["Not a fit"], "cleanInterviews": clean}
    await api.put(f"{LIST}/{plain}/archived", params=acting, json=body)
    [shown] = (await api.get(interviews)).json()["data"]
    assert (shown["canceledAt"] is not None) is canceled


async def test_each_change_fires_and_shows_in_what_was_updated(
    api: httpx.AsyncClient,
    lever: Any,
    receiver: Any,
    clock: Any,
    interviews: str,
    panels: str,
    plain: str,
    acting: dict[str, str],
    talk: Any,
) -> None:
    kinds = ["interviewCreated", "interviewUpdated", "interviewDeleted"]
    for event in kinds:
        await api.post("/v1/webhooks", json={"event": event, "url": "https://gateway.test/x"})
    made = (await api.post(panels, params=acting, json={"interviews": [talk]})).json()["data"]
    one = made["interviews"][0]["id"]
    for method in ("PUT", "DELETE"):
        clock.pass_(60)
        now = clock.milliseconds()
        answer = await api.request(method, f"{interviews}/{one}", params=acting, json=talk)
        assert answer.is_success
        changed = (await api.get(LIST, params={"updated_at_start": now})).json()["data"]
        assert [row["id"] for row in changed] == [plain]
    await lever.outbox.idle()
    assert sorted(receiver.events()) == sorted(kinds)
    ids = {"opportunityId": plain, "interviewId": one, "panelId": made["id"]}
    assert all(body["data"] == ids for body in receiver.bodies)
