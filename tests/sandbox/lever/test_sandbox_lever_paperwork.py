"""Notes, files and feedback on an opportunity. See lever.md 7 and 8."""

import hashlib
from typing import Any

import httpx
import pytest


@pytest.fixture
def notes(plain: str) -> str:
    return f"/v1/opportunities/{plain}/notes"


@pytest.fixture
def files(plain: str) -> str:
    return f"/v1/opportunities/{plain}/files"


async def test_a_note_is_answered_whole_with_its_id(
    api: httpx.AsyncClient, notes: str, acting: dict[str, str], clock: Any, cast: dict[str, Any]
) -> None:
    answer = await api.post(notes, params=acting, json={"value": "Strong 🦊", "secret": True, "score": 4})
    shape = answer.json()["data"]
    assert (answer.status_code, shape.pop("noteId")) == (201, shape["id"])
    assert shape["fields"] == [
        {
            "type": "note",
            "text": "Comment",
            "value": "Strong 🦊",
            "score": 4,
            "stage": cast["stages"]["On-site"],
            "user": acting["perform_as"],
            "createdAt": clock.milliseconds(),
        }
    ]
    assert (shape["user"], shape["secret"], shape["deletedAt"]) == (acting["perform_as"], True, None)
    assert (await api.get(f"{notes}/{shape['id']}")).json()["data"] == shape
    assert (await api.get(notes)).json()["data"] == [shape]


async def test_repeating_a_note_doubles_it(api: httpx.AsyncClient, notes: str) -> None:
    for _ in range(2):
        await api.post(notes, json={"value": "again"})
    assert len((await api.get(notes)).json()["data"]) == 2


async def test_a_comment_goes_into_the_thread(api: httpx.AsyncClient, notes: str) -> None:
    first = (await api.post(notes, json={"value": "a"})).json()["data"]["id"]
    answer = await api.post(notes, params={"note_id": first}, json={"value": "b"})
    assert answer.json()["data"]["noteId"] == first
    assert [field["value"] for field in answer.json()["data"]["fields"]] == ["a", "b"]
    assert len((await api.get(notes)).json()["data"]) == 1


async def test_a_put_replaces_the_whole_note(api: httpx.AsyncClient, notes: str) -> None:
    note = (await api.post(notes, json={"value": "a"})).json()["data"]["id"]
    answer = await api.put(f"{notes}/{note}", json={"values": [{"value": "c"}, {"value": "d"}]})
    assert (answer.status_code, answer.json()) == (200, {"data": {"noteId": note}})
    shape = (await api.get(f"{notes}/{note}")).json()["data"]
    assert [field["value"] for field in shape["fields"]] == ["c", "d"]


async def test_a_deleted_note_is_gone(api: httpx.AsyncClient, notes: str) -> None:
    note = (await api.post(notes, json={"value": "a"})).json()["data"]["id"]
    answer = await api.delete(f"{notes}/{note}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await api.get(f"{notes}/{note}")).status_code == 404


async def test_only_notes_made_through_the_api_can_be_changed_through_it(
    api: httpx.AsyncClient, visitor: httpx.AsyncClient, notes: str, plain: str
) -> None:
    await visitor.post(f"/candidates/{plain}/notes", data={"value": "by hand"})
    note = (await api.get(notes)).json()["data"][0]["id"]
    assert (await api.put(f"{notes}/{note}", json={"values": [{"value": "x"}]})).status_code == 403
    assert (await api.delete(f"{notes}/{note}")).status_code == 403


@pytest.mark.parametrize(
    "body", [{}, {"value": ""}, {"value": "x", "score": 5}, {"value": "x", "createdAt": 10**13}]
)
async def test_a_malformed_note_is_refused(api: httpx.AsyncClient, notes: str, body: dict[str, Any]) -> None:
    assert (await api.post(notes, json=body)).status_code == 400
    assert (await api.get(notes)).json()["data"] == []


async def test_a_file_comes_back_as_it_went(
    api: httpx.AsyncClient, files: str, acting: dict[str, str], clock: Any
) -> None:
    content = bytes(range(256)) * 40
    upload = {"file": ("Référence report.PDF", content, "application/pdf")}
    answer = await api.post(files, params=acting, files=upload)
    shape = answer.json()["data"]
    assert (shape["name"], shape["ext"], shape["status"]) == ("Référence report.PDF", ".pdf", "processed")
    assert (shape["size"], shape["uploadedAt"]) == (str(len(content)), str(clock.milliseconds()))
    assert (await api.get(files)).json() == {"data": [shape], "hasNext": False}
    assert (await api.get(f"{files}/{shape['id']}")).json()["data"] == shape
    assert (await api.get(shape["downloadUrl"])).content == content
    call = (await api.get("/sandbox/ledger")).json()["calls"][0]
    assert call["body"]["file"]["sha256"] == hashlib.sha256(content).hexdigest()


async def test_uploading_and_deleting_need_perform_as(
    api: httpx.AsyncClient, files: str, acting: dict[str, str]
) -> None:
    upload = {"file": ("a.txt", b"a", "text/plain")}
    assert (await api.post(files, files=upload)).status_code == 400
    file = (await api.post(files, params=acting, files=upload)).json()["data"]["id"]
    assert (await api.delete(f"{files}/{file}")).status_code == 400
    assert (await api.delete(f"{files}/{file}", params=acting)).status_code == 204
    assert (await api.get(files)).json()["data"] == []


async def test_refuses_what_is_no_upload(api: httpx.AsyncClient, files: str, acting: dict[str, str]) -> None:
    assert (await api.post(files, params=acting, json={"file": "x"})).status_code == 400
    wrong_part = {"document": ("a.txt", b"a", "text/plain")}
    assert (await api.post(files, params=acting, files=wrong_part)).status_code == 400
    broken = {"content-type": "multipart/form-data"}
    assert (await api.post(files, params=acting, content=b"x", headers=broken)).status_code == 400


async def test_a_file_may_have_30_mb(api: httpx.AsyncClient, files: str, acting: dict[str, str]) -> None:
    limit = 30 * 1024 * 1024
    for size, status in [(limit, 201), (limit + 1, 413)]:
        upload = {"file": ("big.pdf", bytes(size), "application/pdf")}
        assert (await api.post(files, params=acting, files=upload)).status_code == status


async def test_an_unsupported_file_cannot_be_downloaded(
    api: httpx.AsyncClient, files: str, acting: dict[str, str]
) -> None:
    shape = (await api.post(files, params=acting, files={"file": ("a.exe", b"MZ", "x/y")})).json()["data"]
    assert shape["status"] == "unsupported"
    assert (await api.get(shape["downloadUrl"])).status_code == 422


async def test_files_by_time(api: httpx.AsyncClient, files: str, acting: dict[str, str], clock: Any) -> None:
    await api.post(files, params=acting, files={"file": ("a.txt", b"a", "text/plain")})
    now = clock.milliseconds()
    assert len((await api.get(files, params={"uploaded_at_start": now})).json()["data"]) == 1
    assert (await api.get(files, params={"uploaded_at_start": now + 1})).json()["data"] == []
    assert (await api.get(files, params={"uploaded_at_start": "x"})).status_code == 400


async def test_deleted_feedback_stays_readable(
    api: httpx.AsyncClient, plain: str, acting: dict[str, str], clock: Any
) -> None:
    path = f"/v1/opportunities/{plain}/feedback"
    values = [{"id": "rating", "value": "4 - Strong Hire"}]
    body = {"baseTemplateId": "no-feedback", "fieldValues": values}
    made = (await api.post(path, params=acting, json=body)).json()["data"]
    assert (await api.delete(f"{path}/{made['id']}", params=acting)).status_code == 204
    shape = (await api.get(f"{path}/{made['id']}")).json()["data"]
    answered = [{"id": field["id"], "value": field["value"]} for field in shape["fields"]]
    assert (shape["deletedAt"], answered) == (clock.milliseconds(), values)
    assert (await api.get(path)).json()["data"] == []
    assert (await api.post(path, json=body)).status_code == 400
