"""The spellings in which published clients' libraries send lists, booleans and bodies."""

from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

LIST = "/v1/opportunities"


@pytest.mark.parametrize(
    "spelled",
    [
        "expand=stage&expand=contact",
        "expand[]=stage&expand[]=contact",
        "expand%5B0%5D=stage&expand%5B1%5D=contact",
        "expand[0]=stage&expand=contact",
    ],
)
async def test_a_list_in_the_query(api: httpx.AsyncClient, spelled: str) -> None:
    [row] = (await api.get(f"{LIST}?limit=1&{spelled}")).json()["data"]
    assert isinstance(row["stage"], dict)
    assert isinstance(row["contact"], dict)


@pytest.mark.parametrize(("spelled", "plain"), [("1", "true"), ("0", "false"), ("TRUE", "true")])
@pytest.mark.parametrize(
    ("path", "name"), [("/v1/users", "includeDeactivated"), (LIST, "archived"), (LIST, "snoozed")]
)
async def test_a_boolean_in_the_query(
    api: httpx.AsyncClient, path: str, name: str, spelled: str, plain: str
) -> None:
    answers = [await api.get(path, params={name: one}) for one in (spelled, plain)]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("path", [LIST, "/v1/stages", "/v1/users", "/v1/postings", "/v1/archive_reasons"])
async def test_an_empty_offset_is_the_beginning(api: httpx.AsyncClient, path: str) -> None:
    assert (await api.get(f"{path}?offset=")).json() == (await api.get(path)).json()


async def test_what_changed_of_postings_may_be_expanded_in_any_spelling(api: httpx.AsyncClient) -> None:
    assert (await api.get("/v1/postings?updated_at_start=0&expand[]=owner")).status_code == 200
    assert (await api.get("/v1/postings?updated_at_start=0&team[]=Sales")).status_code == 400


PERSON = {
    "name": "Nova",
    "emails": ["nova@x.test", "n@x.test", "o@x.test"],
    "tags": ["a"],
    "phones": [{"type": "mobile", "value": "+1 415 555 0100"}, {"type": "work", "value": "+1 415 555 0101"}],
}
RUBY = [
    ("name", "Nova"),
    ("emails[]", "nova@x.test"),
    ("emails[]", "n@x.test"),
    ("emails[]", "o@x.test"),
    ("tags[]", "a"),
] + [
    (f"phones[][{name}]", value)
    for phone in PERSON["phones"]
    for name, value in phone.items()  # type: ignore[attr-defined]
]
PHP = [
    ("name", "Nova"),
    ("emails[0]", "nova@x.test"),
    ("emails[1]", "n@x.test"),
    ("emails[2]", "o@x.test"),
    ("tags[0]", "a"),
] + [
    (f"phones[{at}][{name}]", value)
    for at, phone in enumerate(PERSON["phones"])
    for name, value in phone.items()  # type: ignore[attr-defined]
]
REPEATED = [*RUBY[:1], ("emails", "nova@x.test"), ("emails", "n@x.test"), ("emails", "o@x.test"), *RUBY[4:]]


@pytest.mark.parametrize("fields", [RUBY, PHP, REPEATED])
async def test_a_form_for_a_body(
    api: httpx.AsyncClient, acting: dict[str, str], fields: list[tuple[str, str]]
) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await api.post(LIST, params=acting, content=urlencode(fields), headers=headers)
    assert answer.status_code == 201, answer.text
    shown = answer.json()["data"]
    assert {name: shown[name] for name in PERSON} == PERSON


async def test_a_note_as_a_form(api: httpx.AsyncClient, plain: str) -> None:
    path = f"{LIST}/{plain}/notes"
    answer = await api.post(path, data={"value": "called & agreed", "secret": "true"})
    assert answer.status_code == 201, answer.text
    shown = answer.json()["data"]
    assert (shown["fields"][0]["value"], shown["secret"]) == ("called & agreed", True)
    assert (await api.post(path, data={"value": ""})).status_code == 400
    assert (await api.post(path, data={})).status_code == 400


@pytest.mark.parametrize(
    "name", ["value[a]", "value[]", "[", "]", "value" + "[a]" * 5000, "", "value[9" + "9" * 5000]
)
async def test_a_form_of_another_shape_is_refused(api: httpx.AsyncClient, plain: str, name: str) -> None:
    answer = await api.post(f"{LIST}/{plain}/notes", data={name: "x"})
    assert (answer.status_code, answer.json()["code"]) == (400, "BadRequestError")


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("APPLICATION/X-WWW-Form-Urlencoded; charset=utf-8", b"value=x", 201),
        (
            "multipart/form-data; boundary=a",
            b'--a\r\nContent-Disposition: form-data; name="value"\r\n\r\nx\r\n--a--',
            201,
        ),
        ("multipart/form-data", b"x", 400),
        ("multipart/form-data; boundary=a", b"x", 400),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % at for at in range(2_000)), 400),
        ("application/x-www-form-urlencoded", b"\xff\xfe=1", 400),
        ("application/json", b"\xff", 400),
    ],
)
async def test_a_body_of_each_kind(
    api: httpx.AsyncClient, plain: str, kind: str, body: bytes, status: int
) -> None:
    headers = {"Content-Type": kind}
    answer = await api.post(f"{LIST}/{plain}/notes", content=body, headers=headers)
    assert answer.status_code == status, answer.text


async def test_json_under_the_name_that_curl_gives_it(api: httpx.AsyncClient, plain: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await api.post(f"{LIST}/{plain}/notes", content=b'{"value": "x"}', headers=headers)
    assert answer.status_code == 201


async def test_a_changed_webhook_keeps_what_is_not_named(
    api: httpx.AsyncClient, receiver: Any, lever: Any
) -> None:
    conditions = {"origins": ["referred"]}
    body = {"event": "candidateHired", "url": "https://x.test", "configuration": {"conditions": conditions}}
    made = (await api.post("/v1/webhooks", json=body)).json()["data"]
    changed = [{"id": made["id"], "configuration": {"verifyConnection": True}}]
    [shown] = (await api.put("/v1/webhooks", json={"data": changed})).json()["data"]
    assert shown["configuration"]["conditions"] == conditions
    await lever.outbox.idle()
    assert [body["data"] for body in receiver.bodies] == [{}]


async def test_what_a_posting_is_made_with(api: httpx.AsyncClient, acting: dict[str, str]) -> None:
    body = {
        "text": "Nurse",
        "workplaceType": "remote",
        "distributionChannels": ["public"],
        "requisitionCodes": ["R"],
    }
    made = (await api.post("/v1/postings", params=acting, json=body)).json()["data"]
    assert {name: made[name] for name in body} == body


async def test_a_new_title_takes_the_old_ones_place_among_tags(
    api: httpx.AsyncClient, cast: dict[str, Any], acting: dict[str, str], plain: str, clock: Any
) -> None:
    posting = cast["postings"]["engineer"]
    clock.pass_(60)
    await api.post(f"/v1/postings/{posting['id']}", params=acting, json={"text": "Plumber"})
    [row] = (
        await api.get(
            LIST, params={"tag": "Plumber", "contact_id": cast["opportunities"]["plain"]["contact"]}
        )
    ).json()["data"]
    assert (row["id"], row["updatedAt"], posting["text"] in row["tags"]) == (
        plain,
        clock.milliseconds(),
        False,
    )


async def test_what_is_added_to_a_known_contact_shows_on_all_of_its_opportunities(
    api: httpx.AsyncClient, acting: dict[str, str], cast: dict[str, Any], plain: str, clock: Any
) -> None:
    clock.pass_(60)
    body = {"contact": cast["opportunities"]["plain"]["contact"], "emails": ["second@x.test"]}
    await api.post(LIST, params=acting, json=body)
    changed = (await api.get(LIST, params={"updated_at_start": clock.milliseconds()})).json()["data"]
    assert {plain, cast["opportunities"]["second_of_plain"]["id"]} < {row["id"] for row in changed}
