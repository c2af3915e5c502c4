"""The client against odd answers, one at a time."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import respx

from crosschq import dialect
from crosschq.client import CrosschqClient, connect
from crosschq.new_request import Candidate, NewReferenceRequest
from outbound.errors import (
    AccessDenied,
    CredentialsRefused,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    SlowDown,
    Unavailable,
    UnexpectedAnswer,
    UnreadableItems,
    VendorError,
)
from outbound.limiter import Priority

Payload = Callable[[str], Any]
BASE = "https://partner.crosschq.example"
CREATE = "/partners/reference-request/"
ONE = "/partners/reference-request/rq_1/"
CANCEL = "/partners/reference-request/rq_1/cancel/"
HTML = httpx.Response(200, html="<html>Welcome</html>")
NEW = NewReferenceRequest(
    candidate=Candidate(first_name="Ada", last_name="Kowal", email="ada.kowal@people.test"),
    survey="software-engineer",
    counts={"managers": 2},
    requestor="rec@company.test",
    job_position="Engineer II",
)


async def test_surveys_are_listed(
    crosschq: CrosschqClient, vendor: respx.MockRouter, payload: Payload
) -> None:
    vendor.get("/api/v2/settings/jobrole/").respond(json=payload("jobroles_v2"))
    assert [one.codename for one in await crosschq.surveys()] == [
        "brand-marketer-manager",
        "software-engineer",
    ]


@pytest.mark.parametrize(
    "malformed", [7, None, {}, {"codename": None}, {"codename": "x", "relationships": 7}]
)
async def test_a_malformed_survey_hides_none_of_the_others_and_is_told(
    crosschq: CrosschqClient, vendor: respx.MockRouter, malformed: Any
) -> None:
    vendor.get("/api/v2/settings/jobrole/").respond(json=[malformed, {"codename": "engineer"}])
    left_out: list[UnreadableItems] = []
    assert [one.codename for one in await crosschq.surveys(left_out.append)] == ["engineer"]
    assert [one.count for one in left_out] == [1]
    with pytest.raises(UnreadableItems, match="1 of the list's items"):
        await crosschq.surveys()


async def test_the_accounts_own_bounds_are_read(
    crosschq: CrosschqClient, vendor: respx.MockRouter, payload: Payload
) -> None:
    vendor.get("/partners/config/").respond(json=payload("config_v1"))
    assert (await crosschq.account_config()).min_reference_count == 2


async def test_a_request_is_created_once_and_its_id_comes_back(
    crosschq: CrosschqClient, vendor: respx.MockRouter, payload: Payload
) -> None:
    create = vendor.post(CREATE).respond(201, json=payload("create_answer"))
    assert await crosschq.request_references(NEW) == "rq_1"
    sent = create.calls.last.request
    assert json.loads(sent.content) == NEW.to_wire()
    assert sent.headers["Authorization"] == "k3y"


async def test_a_request_is_read(
    crosschq: CrosschqClient, vendor: respx.MockRouter, payload: Payload
) -> None:
    vendor.get(ONE).respond(json=payload("request_get"))
    request = await crosschq.reference_request("rq_1")
    assert (request.id, request.answered, request.asked) == ("rq_1", 1, 2)


@pytest.mark.parametrize("answer", [httpx.Response(204), httpx.Response(200, json={"id": "rq_1"})])
async def test_a_request_is_cancelled(
    crosschq: CrosschqClient, vendor: respx.MockRouter, answer: httpx.Response
) -> None:
    cancel = vendor.post(CANCEL).mock(return_value=answer)
    await crosschq.cancel_request("rq_1")
    assert cancel.call_count == 1


async def test_a_crosschq_without_cancelling_refuses_it_plainly(
    crosschq: CrosschqClient, vendor: respx.MockRouter
) -> None:
    vendor.post(CANCEL).mock(return_value=httpx.Response(404, html="<h1>Not Found</h1>"))
    with pytest.raises(NotFound):
        await crosschq.cancel_request("rq_1")


@pytest.mark.parametrize(
    ("fixture", "reason"),
    [
        ("error_errors_dict", "jobrole: Unknown survey.; candidate.email: Enter a valid email address."),
        (
            "error_errors_list",
            "A request for this candidate already exists.; config_params: At least 2 references.",
        ),
    ],
)
async def test_an_invalid_request_is_refused_in_crosschqs_words(
    crosschq: CrosschqClient, vendor: respx.MockRouter, payload: Payload, fixture: str, reason: str
) -> None:
    create = vendor.post(CREATE).respond(400, json=payload(fixture))
    with pytest.raises(InvalidRequest) as caught:
        await crosschq.request_references(NEW)
    assert caught.value.reason == reason
    assert create.call_count == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, CredentialsRefused), (403, AccessDenied), (404, NotFound), (409, InvalidRequest)],
)
async def test_each_refusal_says_what_to_do(
    crosschq: CrosschqClient,
    vendor: respx.MockRouter,
    payload: Payload,
    status: int,
    error: type[VendorError],
) -> None:
    read = vendor.get(ONE).respond(status, json=payload("error_detail"))
    with pytest.raises(error) as caught:
        await crosschq.reference_request("rq_1")
    assert caught.value.status == status
    assert "rq_1" not in str(caught.value)
    assert read.call_count == 1


@pytest.mark.parametrize(("status", "error"), [(429, SlowDown), (503, Unavailable)])
async def test_a_create_that_surely_did_nothing_is_repeated_twice_and_given_up(
    crosschq: CrosschqClient, vendor: respx.MockRouter, status: int, error: type[VendorError]
) -> None:
    create = vendor.post(CREATE).respond(status, headers={"Retry-After": "0"})
    with pytest.raises(error):
        await crosschq.request_references(NEW)
    assert create.call_count == 3


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
async def test_a_create_that_crosschq_may_have_done_is_never_repeated(
    crosschq: CrosschqClient, vendor: respx.MockRouter, status: int
) -> None:
    create = vendor.post(CREATE).respond(status)
    with pytest.raises(OutcomeUnknown):
        await crosschq.request_references(NEW)
    assert create.call_count == 1


async def test_a_busy_moment_is_waited_out(
    crosschq: CrosschqClient, vendor: respx.MockRouter, payload: Payload
) -> None:
    vendor.post(CREATE).side_effect = [
        httpx.Response(429),
        httpx.Response(201, json=payload("create_answer")),
    ]
    assert await crosschq.request_references(NEW) == "rq_1"


@pytest.mark.parametrize(
    "cut_off", [httpx.ReadTimeout, httpx.WriteTimeout, httpx.RemoteProtocolError, 500, 502, 504]
)
@pytest.mark.parametrize("path", [CREATE, CANCEL])
async def test_a_write_that_may_have_happened_is_unknown_and_never_repeated(
    crosschq: CrosschqClient, vendor: respx.MockRouter, path: str, cut_off: type[httpx.RequestError] | int
) -> None:
    route = vendor.post(path)
    if isinstance(cut_off, int):
        route.respond(cut_off)
    else:
        route.mock(side_effect=cut_off)
    call = crosschq.request_references(NEW) if path == CREATE else crosschq.cancel_request("rq_1")
    with pytest.raises(OutcomeUnknown):
        await call
    assert route.call_count == 1


@pytest.mark.parametrize(
    "body",
    [{}, {"id": "rq_1"}, {"request_id": None}, {"request_id": ""}, {"request_id": "a/b"}, [], "rq_1", None],
)
async def test_a_created_request_without_a_usable_id_is_unknown_and_never_repeated(
    crosschq: CrosschqClient, vendor: respx.MockRouter, body: object
) -> None:
    create = vendor.post(CREATE).mock(return_value=httpx.Response(201, json=body))
    with pytest.raises(OutcomeUnknown, match="may have happened"):
        await crosschq.request_references(NEW)
    assert create.call_count == 1


async def test_an_html_page_is_no_answer(crosschq: CrosschqClient, vendor: respx.MockRouter) -> None:
    vendor.post(CREATE).mock(return_value=HTML)
    vendor.get(ONE).mock(return_value=HTML)
    with pytest.raises(OutcomeUnknown):
        await crosschq.request_references(NEW)
    with pytest.raises(UnexpectedAnswer):
        await crosschq.reference_request("rq_1")


async def test_a_slash_redirect_is_never_followed_because_it_would_turn_the_post_into_a_get(
    crosschq: CrosschqClient, vendor: respx.MockRouter
) -> None:
    vendor.post(CREATE).respond(301, headers={"Location": f"{BASE}/elsewhere/"})
    elsewhere = vendor.route(path="/elsewhere/")
    with pytest.raises(OutcomeUnknown, match="redirect"):
        await crosschq.request_references(NEW)
    assert not elsewhere.called


@pytest.mark.parametrize("body", [{"status": "completed"}, [], {"id": "rq_1", "progress": "lots"}])
async def test_an_answer_of_another_shape_is_said_without_quoting_it(
    crosschq: CrosschqClient, vendor: respx.MockRouter, body: object
) -> None:
    vendor.get(ONE).mock(return_value=httpx.Response(200, json=body))
    with pytest.raises(UnexpectedAnswer) as caught:
        await crosschq.reference_request("rq_1")
    assert "lots" not in str(caught.value)


@pytest.mark.parametrize("trouble", [httpx.ReadTimeout, httpx.ConnectError])
async def test_a_read_is_tried_three_times(
    crosschq: CrosschqClient, vendor: respx.MockRouter, trouble: type[httpx.RequestError]
) -> None:
    read = vendor.get(ONE).mock(side_effect=trouble)
    with pytest.raises(Unavailable):
        await crosschq.reference_request("rq_1")
    assert read.call_count == 3


def test_every_path_ends_with_a_slash() -> None:
    endpoints = [value for value in vars(dialect).values() if isinstance(value, dialect.Endpoint)]
    assert len(endpoints) == 8
    assert all(endpoint.path_of("rq_1").endswith("/") for endpoint in endpoints)
    assert all(
        endpoint.evidence.startswith(("documented, 1.", "inferred, 1.", "inferred, 4", "inferred, 5"))
        for endpoint in endpoints
    )


class Turns:
    """A limiter that remembers who asked."""

    def __init__(self) -> None:
        self.taken: list[Priority] = []

    async def take(self, priority: Priority) -> None:
        self.taken.append(priority)


async def test_a_connection_has_its_prefix_its_turns_and_its_name(
    vendor: respx.MockRouter, payload: Payload
) -> None:
    surveys = vendor.get("/api/v2/settings/jobrole/").respond(json=payload("jobroles_v2"))
    turns = Turns()
    client = connect(BASE + "/", "k3y", "Token ", turns, Priority.EXPORT)
    await client.surveys()
    await client.aclose()
    sent = surveys.calls.last.request.headers
    assert (sent["Authorization"], sent["User-Agent"]) == ("Token k3y", "crosschq-for-lever")
    assert turns.taken == [Priority.EXPORT]
