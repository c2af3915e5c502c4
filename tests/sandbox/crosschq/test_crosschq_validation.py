"""A create body that is wrong gets 400 with `errors` at the field that is wrong (crosschq.md 9)."""

from typing import Any

import pytest

REQUESTS = "/partners/reference-request/"
ADA = {"first_name": "Ada", "last_name": "K", "email": "ada@ex.test"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("jobrole", "no-such-survey"),
        ("jobrole", "brand-marketer-manager"),
        ("jobrole", None),
        ("jobrole", ["software-engineer"]),
        ("requestor", "nobody@unknown.test"),
        ("requestor", "not an e-mail"),
        ("requestor", None),
        ("candidate", None),
        ("candidate", {**ADA, "email": "ada@"}),
        ("candidate", {**ADA, "email": None}),
        ("candidate", {**ADA, "first_name": " "}),
        ("candidate", {**ADA, "last_name": ""}),
        ("candidate", {**ADA, "mobile_phone": 15550100}),
        ("candidate", {**ADA, "first_name": "nul \x00"}),
        ("hiring_manager", {"first_name": "H", "last_name": "M", "email": "hm"}),
        ("config_params", None),
        ("config_params", {"managers": 1}),
        ("config_params", {"managers": 11}),
        ("config_params", {"managers": -1, "peers": 4}),
        ("config_params", {"managers": "two", "peers": 4}),
        ("config_params", {"managers": True, "peers": 4}),
        ("config_params", {"managers": 1.5, "peers": 4}),
        ("config_params", {"managers": 2, "cousins": 1}),
        ("use_sms", "yes"),
        ("job_position", 7),
    ],
)
async def test_a_wrong_field_is_named(crosschq: Any, order: Any, field: str, value: Any) -> None:
    answer = await crosschq.api.post(REQUESTS, json=order(**{field: value}))
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert (await crosschq.browser.get("/sandbox/requests")).json() == {"requests": []}


async def test_a_survey_that_demands_a_relationship_gets_it(crosschq: Any, order: Any) -> None:
    body = order(jobrole="engineering-manager", config_params={"managers": 2})
    answer = await crosschq.api.post(REQUESTS, json=body)
    assert list(answer.json()["errors"]["config_params"]) == ["employees"]


async def test_every_error_is_told_at_once(crosschq: Any) -> None:
    errors = (await crosschq.api.post(REQUESTS, json={})).json()["errors"]
    assert set(errors) == {"candidate", "jobrole", "requestor", "config_params"}


async def test_optional_and_unknown_fields_do_not_matter(crosschq: Any, order: Any) -> None:
    body = order(candidate=ADA, hiring_manager=None, config_params={"managers": "2"}, colour="blue")
    for field in ("use_sms", "candidate_message", "send_past_due_notification", "job_position"):
        del body[field]
    assert (await crosschq.api.post(REQUESTS, json=body)).status_code == 201


async def test_known_users_can_be_named(make: Any, order: Any) -> None:
    crosschq = make(known_users=frozenset({"Rec@ex.test"}))
    assert (await crosschq.api.post(REQUESTS, json=order())).status_code == 201
    refused = await crosschq.api.post(REQUESTS, json=order(requestor="other@ex.test"))
    assert list(refused.json()["errors"]) == ["requestor"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
async def test_what_is_not_json_is_400_with_detail(crosschq: Any, body: bytes) -> None:
    answer = await crosschq.api.post(REQUESTS, content=body)
    assert (answer.status_code, list(answer.json())) == (400, ["detail"])


@pytest.mark.parametrize("body", ["[]", "null", '"x"'])
async def test_json_that_is_no_object_is_400(crosschq: Any, body: str) -> None:
    answer = await crosschq.api.post(REQUESTS, content=body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["non_field_errors"])
