"""Creating opportunities. See lever.md 8, creation details."""

from typing import Any

import httpx
import pytest

LIST = "/v1/opportunities"


async def test_makes_a_lead_with_the_postings_words_as_tags(
    api: httpx.AsyncClient, cast: dict[str, Any], acting: dict[str, str]
) -> None:
    body = {
        "name": "Nova Prospect",
        "origin": "sourced",
        "tags": ["mine"],
        "postings": [cast["postings"]["sales"]["id"]],
    }
    answer = await api.post(LIST, params=acting, json=body)
    shape = answer.json()["data"]
    assert (answer.status_code, answer.json()["deduped"]) == (201, False)
    assert shape["stage"] == "lead-new"
    assert shape["tags"] == [
        "mine",
        "Account Executive",
        "Revenue",
        "Sales",
        "Austin",
        "Full-time",
        "crosschq-sales",
    ]
    assert shape["owner"] == shape["sourcedBy"] == acting["perform_as"]
    assert shape["followers"] == [cast["postings"]["sales"]["owner"]]
    assert len(shape["applications"]) == 1
    assert "opportunityLocation" not in shape
    assert shape["name"] == "Nova Prospect"


async def test_without_a_posting_there_is_no_application(
    api: httpx.AsyncClient, acting: dict[str, str]
) -> None:
    body = {"name": "Nova Prospect", "sources": ["Crosschq"], "postings": []}
    shape = (await api.post(LIST, params=acting, json=body)).json()["data"]
    assert (shape["applications"], shape["stage"], shape["sources"]) == ([], "lead-new", ["Crosschq"])


async def test_a_known_address_is_deduped_onto_the_contact_and_its_data_wins(
    api: httpx.AsyncClient, cast: dict[str, Any], acting: dict[str, str]
) -> None:
    person = cast["opportunities"]["plain"]
    body = {"name": "Somebody Else", "emails": [person["email"].upper()]}
    for _ in range(2):
        answer = (await api.post(LIST, params=acting, json=body)).json()
        assert answer["deduped"] is True
        assert (answer["data"]["contact"], answer["data"]["name"]) == (person["contact"], person["name"])
    found = await api.get(LIST, params={"email": person["email"]})
    assert len(found.json()["data"]) == 4


async def test_a_named_contact_takes_what_is_additional(
    api: httpx.AsyncClient, cast: dict[str, Any], acting: dict[str, str]
) -> None:
    person = cast["opportunities"]["sales"]
    body = {"contact": person["contact"], "name": "x", "emails": ["more@x.test"], "links": ["https://x.test"]}
    shape = (await api.post(LIST, params=acting, json=body)).json()["data"]
    assert (shape["name"], shape["emails"]) == (person["name"], [person["email"], "more@x.test"])
    assert shape["links"] == ["https://x.test"]


async def test_an_anonymised_contact_cannot_be_linked(
    api: httpx.AsyncClient, cast: dict[str, Any], acting: dict[str, str]
) -> None:
    body = {"contact": cast["opportunities"]["anonymised"]["contact"]}
    assert (await api.post(LIST, params=acting, json=body)).status_code == 400


async def test_the_postings_owner_can_be_made_the_owner(
    api: httpx.AsyncClient, cast: dict[str, Any], acting: dict[str, str]
) -> None:
    query = {**acting, "perform_as_posting_owner": "true"}
    posting = cast["postings"]["sales"]
    shape = (await api.post(LIST, params=query, json={"postings": [posting["id"]]})).json()["data"]
    assert shape["owner"] == posting["owner"]
    assert (await api.post(LIST, params=query, json={})).status_code == 400


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"postings": ["a", "b"]}, 400),
        ({"postings": ["a"]}, 404),
        ({"stage": "no"}, 404),
        ({"owner": "no"}, 404),
        ({"createdAt": 9_999_999_999_999}, 400),
        ({"archived": {"reason": "no"}}, 404),
        ({"origin": "moon"}, 400),
    ],
)
async def test_what_cannot_be_creates_nothing(
    api: httpx.AsyncClient, acting: dict[str, str], body: dict[str, Any], status: int, lever: Any
) -> None:
    before = len(lever.account.opportunities)
    assert (await api.post(LIST, params=acting, json=body)).status_code == status
    assert len(lever.account.opportunities) == before


async def test_perform_as_is_required(api: httpx.AsyncClient) -> None:
    assert (await api.post(LIST, json={"name": "x"})).status_code == 400


async def test_takes_a_multipart_form_with_a_resume(api: httpx.AsyncClient, acting: dict[str, str]) -> None:
    form = {"name": "Form Filler", "emails[]": ["form@x.test"], "tags[]": ["a", "b"]}
    files = [
        ("resumeFile", ("cv.pdf", b"%PDF-1", "application/pdf")),
        ("files[]", ("more.txt", b"hi", "text/plain")),
    ]
    shape = (await api.post(LIST, params=acting, data=form, files=files)).json()["data"]
    assert (shape["name"], shape["emails"], shape["tags"]) == ("Form Filler", ["form@x.test"], ["a", "b"])
    resume = (await api.get(f"{LIST}/{shape['id']}/resumes")).json()["data"][0]
    assert resume["file"]["name"] == "cv.pdf"
    assert (await api.get(resume["file"]["downloadUrl"])).content == b"%PDF-1"
    assert [file["name"] for file in (await api.get(f"{LIST}/{shape['id']}/files")).json()["data"]] == [
        "more.txt"
    ]


async def test_applying_makes_an_applicant(api: httpx.AsyncClient, cast: dict[str, Any]) -> None:
    path = f"/v1/postings/{cast['postings']['engineer']['id']}/apply"
    asked = [field["name"] for field in (await api.get(path)).json()["data"]["personalInformation"]]
    assert asked == [
        "fullName",
        "email",
        "currentCompany",
        "currentLocation",
        "phone",
        "resume",
        "additionalInformation",
    ]
    answers = [{"name": "fullName", "value": "Nova Applicant"}, {"name": "email", "value": "nova@x.test"}]
    answer = await api.post(path, json={"personalInformation": answers})
    row = (await api.get(LIST, params={"email": "nova@x.test"})).json()["data"][0]
    assert (row["stage"], row["origin"]) == ("applicant-new", "applied")
    assert (answer.status_code, answer.json()["data"]["applicationId"]) == (201, row["applications"][0])
