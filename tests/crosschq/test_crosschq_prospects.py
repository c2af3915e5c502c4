"""Prospects through the API: each page readable whatever is in it, and a Crosschq without them told as such."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import httpx
import pytest
import respx

from crosschq.client import CrosschqClient
from crosschq.no_such_call import NoSuchCall
from crosschq.prospect_of import prospect_of
from crosschq.prospects import ProspectEntry, ProspectPage
from outbound.errors import (
    CredentialsRefused,
    InvalidRequest,
    NotFound,
    Unavailable,
    UnexpectedAnswer,
    VendorError,
)

Payload = Callable[[str], Any]
LIST = "/partners/prospects/"
ONE = "/partners/prospects/pr_1/"
CURSOR = "b3BhcXVlKys9fHByXzM="


def entry(**fields: object) -> ProspectEntry:
    return ProspectEntry.model_validate({"id": "pr_1", **fields})


async def test_a_page_tells_the_prospects_how_many_there_are_and_where_it_goes_on(
    crosschq: CrosschqClient, vendor: respx.MockRouter, payload: Payload
) -> None:
    route = vendor.get(LIST).respond(json=payload("prospects_page"))
    page = await crosschq.prospects()
    assert (page.count, page.next, page.left_out) == (3, CURSOR, 0)
    assert [(one.id, one.is_withdrawn) for one in page.results] == [("pr_1", False), ("pr_2", True)]
    assert dict(route.calls.last.request.url.params) == {"limit": "100"}
    assert route.calls.last.request.headers["Authorization"] == "k3y"


async def test_cursor_limit_and_time_arrive_as_they_were_given(
    crosschq: CrosschqClient, vendor: respx.MockRouter
) -> None:
    route = vendor.get(LIST).respond(json={"count": 0, "next": None, "results": []})
    since = datetime(2026, 1, 6, 11, tzinfo=timezone(timedelta(hours=2)))
    page = await crosschq.prospects("a+b/c=&d", since, limit=200)
    assert page == ProspectPage(count=0, results=())
    assert dict(route.calls.last.request.url.params) == {
        "limit": "200",
        "cursor": "a+b/c=&d",
        "updated_since": "2026-01-06T09:00:00+00:00",
    }
    assert b"%2B00:00" in route.calls.last.request.url.raw_path.replace(b"%3A", b":")


async def test_a_time_without_a_zone_is_not_sent(crosschq: CrosschqClient, vendor: respx.MockRouter) -> None:
    route = vendor.get(LIST)
    with pytest.raises(ValueError, match="time zone"):
        await crosschq.prospects(updated_since=datetime(2026, 1, 6))  # noqa: DTZ001 - the point of the test
    assert not route.called


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_a_crosschq_without_prospects_says_where_to_get_them(
    crosschq: CrosschqClient, vendor: respx.MockRouter, status: int
) -> None:
    vendor.get(LIST).respond(status, html="<h1>Not Found</h1>")
    with pytest.raises(NoSuchCall, match="CSV") as caught:
        await crosschq.prospects()
    assert (caught.value.status, caught.value.operation) == (status, "GET /partners/prospects/")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(401, json={"detail": "Invalid token."}), CredentialsRefused),
        (httpx.Response(400, json={"errors": {"cursor": ["Not a cursor."]}}), InvalidRequest),
        (httpx.Response(500), Unavailable),
        (httpx.Response(502), Unavailable),
        (httpx.Response(200, json={"count": 1, "next": None}), UnexpectedAnswer),
        (httpx.Response(200, json={"results": [], "next": ["x"]}), UnexpectedAnswer),
        (httpx.Response(200, json=[]), UnexpectedAnswer),
        (httpx.Response(200, html="<html>"), UnexpectedAnswer),
    ],
)
async def test_other_odd_answers_are_not_a_missing_list(
    crosschq: CrosschqClient, vendor: respx.MockRouter, answer: httpx.Response, error: type[VendorError]
) -> None:
    vendor.get(LIST).mock(return_value=answer)
    with pytest.raises(error) as caught:
        await crosschq.prospects()
    assert not isinstance(caught.value, NoSuchCall)


async def test_a_refused_cursor_is_told_in_crosschqs_words(
    crosschq: CrosschqClient, vendor: respx.MockRouter
) -> None:
    vendor.get(LIST).respond(400, json={"errors": {"cursor": ["Not a cursor."]}})
    with pytest.raises(InvalidRequest) as caught:
        await crosschq.prospects(CURSOR)
    assert caught.value.reason == "cursor: Not a cursor."


async def test_a_page_that_leads_to_itself_ends_the_walk(
    crosschq: CrosschqClient, vendor: respx.MockRouter, payload: Payload
) -> None:
    vendor.get(LIST).respond(json=payload("prospects_page"))
    with pytest.raises(UnexpectedAnswer, match="never end"):
        await crosschq.prospects(CURSOR)


async def test_one_prospect_is_read(
    crosschq: CrosschqClient, vendor: respx.MockRouter, payload: Payload
) -> None:
    vendor.get(ONE).respond(json=payload("prospects_page")["results"][0])
    assert (await crosschq.prospect("pr_1")).email == "rosa.invented@people.test"


async def test_one_that_is_gone_is_told_from_a_missing_call(
    crosschq: CrosschqClient, vendor: respx.MockRouter, payload: Payload
) -> None:
    vendor.get(ONE).respond(404, json={"detail": "Not found."})
    listed = vendor.get(LIST).respond(json={"count": 0, "next": None, "results": []})
    with pytest.raises(NotFound):
        await crosschq.prospect("pr_1")
    listed.respond(404)
    with pytest.raises(NoSuchCall):
        await crosschq.prospect("pr_1")


@pytest.mark.parametrize("status", [405, 501])
async def test_a_405_or_501_for_one_means_there_is_no_such_call(
    crosschq: CrosschqClient, vendor: respx.MockRouter, status: int
) -> None:
    vendor.get(ONE).respond(status)
    with pytest.raises(NoSuchCall, match="CSV"):
        await crosschq.prospect("pr_1")


@pytest.mark.parametrize("answer", [{"id": "pr_2"}, {}, {"results": []}])
async def test_an_answer_about_somebody_else_is_not_taken(
    crosschq: CrosschqClient, vendor: respx.MockRouter, answer: object
) -> None:
    vendor.get(ONE).respond(json=answer)
    with pytest.raises(UnexpectedAnswer, match="another prospect"):
        await crosschq.prospect("pr_1")


def test_a_bad_entry_costs_the_page_no_more_than_what_is_bad() -> None:
    bad = {
        "id": "pr_2",
        "email": ["x"],
        "links": 7,
        "tags": {"a": 1},
        "updated_on": "soon",
        "status": "withdrawn",
    }
    nameless: list[object] = [{"email": "a@b.test"}, {"id": "../x"}, {"id": None}, "pr_3", None, 5, []]
    page = ProspectPage.model_validate({"results": [{"id": "pr_1"}, bad, *nameless], "count": "many"})
    assert page.results == (entry(), entry(id="pr_2", status="withdrawn"))
    assert (page.left_out, page.count, page.next) == (len(nameless), None, None)


def test_numbers_and_single_texts_are_read_too() -> None:
    read = entry(id=17, mobile_phone=15550100, links="https://a.test", tags=["a", "", None, 3, "x" * 5000])
    assert (read.id, read.mobile_phone, read.links, read.tags) == (
        "17",
        "15550100",
        ("https://a.test",),
        ("a",),
    )


@pytest.mark.parametrize("nonsense", [46026, "46026", "soon", "", True, [], "9999-12-31T23:59:59-12:00"])
def test_a_time_that_is_none_counts_as_unknown(nonsense: object) -> None:
    assert entry(updated_on=nonsense).updated_on is None


def test_times_are_utc() -> None:
    assert entry(updated_on="2026-01-06T11:00:00+02:00").updated_on == datetime(2026, 1, 6, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "withdrawn_on", "withdrawn"),
    [
        ("withdrawn", None, True),
        ("Opted Out", None, True),
        ("opted-out", "2026-01-07", True),
        (None, "2026-01-07T09:00:00Z", True),
        ("paused", "2026-01-07T09:00:00Z", True),
        ("active", "2026-01-07T09:00:00Z", False),
        ("paused", None, False),
        (None, None, False),
    ],
)
def test_who_has_withdrawn_is_told_by_status_and_day(
    status: str | None, withdrawn_on: str | None, withdrawn: bool
) -> None:
    assert entry(status=status, withdrawn_on=withdrawn_on).is_withdrawn is withdrawn


def test_nobodys_data_show_in_a_repr(payload: Payload) -> None:
    shown = repr(ProspectPage.model_validate(payload("prospects_page")))
    assert "pr_1" in shown
    assert not any(word in shown for word in ("Rosa", "rosa", "555", "Lisbon", "Example", "Python"))


def test_a_prospect_is_what_our_rules_read(payload: Payload) -> None:
    first, withdrawn = ProspectPage.model_validate(payload("prospects_page")).results
    rosa = prospect_of(first)
    assert (rosa.id, rosa.is_active, rosa.name) == ("pr_1", True, "Rosa Invented")
    assert (rosa.email, rosa.phone) == ("rosa.invented@people.test", "+1 (555) 010-0199")
    assert (rosa.headline, rosa.location) == ("Staff Engineer, Example Works", "Lisbon")
    assert (rosa.tags, rosa.job_function) == (("Python", "mentor"), "software-engineer")
    assert rosa.links == ("https://profiles.example/rosa", "linkedin.com/in/rosa-invented")
    assert not prospect_of(withdrawn).is_active
    assert prospect_of(withdrawn).name == ""


def test_a_prospect_without_an_id_needs_one_derived() -> None:
    assert prospect_of(ProspectEntry(email="a@b.test"), "csv-1").id == "csv-1"
    with pytest.raises(ValueError, match="derived"):
        prospect_of(ProspectEntry(email="a@b.test"))
