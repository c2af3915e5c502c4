"""Webhooks are snapshots of the request, sent as the organization's settings say (crosschq.md 1.6)."""

from base64 import b64encode
from typing import Any

import pytest


async def test_each_change_sends_one_snapshot_with_rising_progress(crosschq: Any) -> None:
    await crosschq.hook_on()
    request_id = await crosschq.create()
    await crosschq.act(request_id, "finish")
    await crosschq.idle()
    progress = [one["progress"] for one in crosschq.hook.snapshots]
    labels = [one.label.removeprefix(f"{request_id}: ") for one in crosschq.app.state.outbox.log()]
    assert labels == [
        "sent to the candidate",
        "opened by the candidate",
        "references added",
        "self-reference done",
        *["reference answered"] * 3,
        "report ready",
    ]
    assert (progress, progress[0], progress[-1]) == (sorted(progress), 0, 100)


async def test_a_snapshot_has_job_role_where_get_has_job_position(crosschq: Any) -> None:
    await crosschq.hook_on()
    request_id = await crosschq.create()
    await crosschq.act(request_id, "finish")
    await crosschq.idle()
    snapshot, read = crosschq.hook.snapshots[-1], await crosschq.read(request_id)
    assert (snapshot.pop("job_role"), read.pop("job_position")) == ("software-engineer", "Engineer II")
    assert snapshot == read
    assert {"created_at", "updated_on", "status_updated_on"} <= set(read)


async def test_nothing_is_sent_without_a_url(crosschq: Any) -> None:
    await crosschq.act(await crosschq.create(), "finish")
    assert crosschq.app.state.outbox.log() == []


async def test_a_webhook_on_creation_is_an_option(make: Any) -> None:
    crosschq = make(webhook_on_create=False)
    await crosschq.hook_on()
    await crosschq.act(await crosschq.create(), "candidate_opens")
    await crosschq.idle()
    assert [one["status"] for one in crosschq.hook.snapshots] == ["in_progress"]


async def test_cancel_and_conclude_are_told(crosschq: Any) -> None:
    await crosschq.hook_on()
    await crosschq.act(await crosschq.create(), "cancel")
    await crosschq.act(await crosschq.create(), "self_reference", "add_references", "answer_next", "conclude")
    await crosschq.idle()
    ends = [(one["status"], one["progress"]) for one in crosschq.hook.snapshots]
    assert ends[1][0] == "cancelled"
    assert [status for status, _ in ends[-2:]] == ["concluded", "concluded"]
    assert ends[-2][1] < ends[-1][1] == 100


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, None),
        ({"auth": "token", "token": "s3cret"}, "Token s3cret"),
        ({"auth": "basic", "token": "user:pass"}, "Basic " + b64encode(b"user:pass").decode()),
    ],
)
async def test_the_credential_is_sent_as_set(crosschq: Any, settings: Any, expected: str | None) -> None:
    await crosschq.hook_on(**settings)
    await crosschq.create()
    await crosschq.idle()
    (request,) = crosschq.hook.received
    assert (request.method, request.headers.get("authorization")) == ("POST", expected)


async def test_the_form_of_a_token_is_an_option(make: Any) -> None:
    crosschq = make(webhook_token_format="{token}")
    await crosschq.hook_on(auth="token", token="s3cret", method="PUT")
    await crosschq.create()
    await crosschq.idle()
    (request,) = crosschq.hook.received
    assert (request.method, request.headers["authorization"]) == ("PUT", "s3cret")


@pytest.mark.parametrize(
    "wrong",
    [
        {"method": "GET"},
        {"auth": "digest"},
        {"auth": "token", "token": ""},
        {"auth": "token", "token": "a\r\nX: b"},
        {"url": "ftp://x.test"},
        {"colour": "blue"},
    ],
)
async def test_wrong_webhook_settings_are_refused(crosschq: Any, wrong: Any) -> None:
    answer = await crosschq.browser.put("/sandbox/webhook", json={"url": "https://hook.test/", **wrong})
    assert answer.status_code == 400
    assert (await crosschq.browser.get("/sandbox/webhook")).json()["url"] is None


async def test_the_webhook_knobs_hold_here_too(crosschq: Any) -> None:
    await crosschq.hook_on()
    await crosschq.browser.put("/sandbox/knobs", json={"lose_webhooks": 1, "duplicate_webhooks": 1})
    await crosschq.act(await crosschq.create(), "candidate_opens")
    await crosschq.idle()
    assert [one["status"] for one in crosschq.hook.snapshots] == ["in_progress", "in_progress"]
