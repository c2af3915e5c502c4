"""The partner API answers as crosschq.md 1.2 to 1.4 and 1.8 say."""

from typing import Any

import pytest

REQUESTS = "/partners/reference-request/"


@pytest.mark.parametrize("given", ["", "wrong", "Token crosschq-sandbox-key", "Bearer crosschq-sandbox-key"])
async def test_only_the_bare_key_opens(crosschq: Any, given: str) -> None:
    answer = await crosschq.api.get("/partners/config/", headers={"Authorization": given})
    assert (answer.status_code, answer.json()) == (401, {"detail": "Invalid token."})


async def test_a_call_without_a_key_is_told_so(crosschq: Any) -> None:
    answer = await crosschq.browser.get("/partners/config/")
    assert answer.status_code == 401
    assert answer.json() == {"detail": "Authentication credentials were not provided."}


async def test_the_accepted_prefix_is_an_option(make: Any) -> None:
    crosschq = make(token_prefix="Token ")
    with_prefix = {"Authorization": "Token crosschq-sandbox-key"}
    assert (await crosschq.api.get("/partners/config/", headers=with_prefix)).status_code == 200
    assert (await crosschq.api.get("/partners/config/")).status_code == 401


@pytest.mark.parametrize(
    "path", ["/partners/config", "/partners/reference-request", "/api/v2/settings/jobrole"]
)
async def test_without_the_trailing_slash_there_is_nothing(crosschq: Any, path: str) -> None:
    for method in ("GET", "POST"):
        answer = await crosschq.api.request(method, path)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


async def test_a_missing_slash_can_be_switched_to_a_redirect(make: Any) -> None:
    answer = await make(redirect_missing_slash=True).api.get("/partners/config")
    assert (answer.status_code, answer.headers["location"]) == (301, "/partners/config/")


async def test_v1_config_has_strings_for_numbers_except_the_count(crosschq: Any) -> None:
    config = (await crosschq.api.get("/partners/config/")).json()
    assert config["min_reference_count"] == 2
    assert config["relationships"][0] == {
        "id": "managers",
        "name": "Manager",
        "min": "0",
        "max": "10",
        "default": "2",
    }
    assert [one["id"] for one in config["relationships"]] == [
        "managers",
        "employees",
        "peers",
        "business",
        "social",
    ]


async def test_v2_lists_enabled_surveys_with_numbers_as_ints(crosschq: Any) -> None:
    surveys = (await crosschq.api.get("/api/v2/settings/jobrole/")).json()
    by_codename = {one["codename"]: one for one in surveys}
    assert {"software-engineer", "sales-representative", "engineering-manager", "general"} <= set(by_codename)
    assert "brand-marketer-manager" not in by_codename
    assert by_codename["engineering-manager"]["relationships"]["employees"] == {
        "default": 2,
        "label": "Direct Reports",
        "max": 6,
        "min": 1,
        "skip_reference_optin": False,
        "whv_mode": "default",
    }


async def test_disabling_a_survey_changes_both_lists(crosschq: Any) -> None:
    await crosschq.browser.post("/settings/surveys/general")
    v1 = (await crosschq.api.get("/partners/jobroles/")).json()
    v2 = (await crosschq.api.get("/api/v2/settings/jobrole/")).json()
    assert "general" not in [one["id"] for one in v1] + [one["codename"] for one in v2]


async def test_create_answers_a_request_id_that_can_be_read(crosschq: Any) -> None:
    request_id = await crosschq.create()
    assert await crosschq.read(request_id) == {
        "id": request_id,
        "candidate": {
            "first_name": "Ada",
            "last_name": "K",
            "email": "ada@ex.test",
            "mobile_phone": "+15550100",
        },
        "job_position": "Engineer II",
        "status": "sent",
        "status_updated_on": "2026-01-04T14:22:10Z",
        "progress": 0,
        "references": [],
        "report_url": None,
        "report_summary_pdf": None,
        "report_full_pdf": None,
        "hiring_status": "undecided",
        "hired_on": None,
        "created_at": "2026-01-04T14:22:10Z",
        "updated_on": "2026-01-04T14:22:10Z",
    }


async def test_create_is_not_idempotent(crosschq: Any) -> None:
    assert await crosschq.create() != await crosschq.create()
    assert len((await crosschq.browser.get("/sandbox/requests")).json()["requests"]) == 2


async def test_a_hung_create_made_the_request_and_nobody_heard(crosschq: Any, order: Any) -> None:
    await crosschq.browser.put("/sandbox/knobs", json={"hang_after_write": 1, "hang_seconds": 0})
    with pytest.raises(ConnectionError):
        await crosschq.api.post(REQUESTS, json=order())
    (call,) = (await crosschq.browser.get("/sandbox/ledger")).json()["calls"]
    assert (call["status"], call["executed"], call["body"]) == (None, True, order())
    assert len((await crosschq.browser.get("/sandbox/requests")).json()["requests"]) == 1


async def test_an_unknown_request_is_404(crosschq: Any) -> None:
    answer = await crosschq.api.get(f"{REQUESTS}rq_1/")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


async def test_a_wrong_verb_is_405(crosschq: Any) -> None:
    answer = await crosschq.api.put(REQUESTS, json={})
    assert (answer.status_code, answer.json()) == (405, {"detail": 'Method "PUT" not allowed.'})


async def test_cancel_ends_a_request_and_may_be_repeated(crosschq: Any) -> None:
    request_id = await crosschq.create()
    for _ in range(2):
        answer = await crosschq.api.post(f"{REQUESTS}{request_id}/cancel/")
        assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")


async def test_a_finished_request_cannot_be_cancelled(crosschq: Any) -> None:
    request_id = await crosschq.create()
    await crosschq.act(request_id, "finish")
    answer = await crosschq.api.post(f"{REQUESTS}{request_id}/cancel/")
    assert (answer.status_code, answer.json()["detail"]) == (409, "This reference request is closed.")
