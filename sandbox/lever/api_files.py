"""The API of files and resumes of an opportunity. See lever.md 7 and 8."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.lever.acts import touch
from sandbox.lever.answers import data, deleted, listed_as_given, shown
from sandbox.lever.api_opportunities import OPPORTUNITY
from sandbox.lever.asking import actor_of, lever_of, opportunity_of
from sandbox.lever.errors import bad_request, not_found, unprocessable
from sandbox.lever.filters import moment
from sandbox.lever.multipart import is_multipart, read_upload
from sandbox.lever.paperwork import StoredFile

Shape = dict[str, object]


async def upload_file(request: Request) -> Response:
    lever, opportunity = lever_of(request), opportunity_of(request)
    actor_of(request, required=True)
    if not is_multipart(request):
        raise bad_request("A file is uploaded as multipart/form-data in the field `file`")
    files = (await read_upload(request, lever.now())).files.get("file", [])
    if len(files) != 1:
        raise bad_request("The multipart field `file` must hold one file")
    lever.account.files[opportunity.id].extend(files)
    touch(lever, opportunity)
    return data(_file_shape(request, files[0]), 201)


async def list_files(request: Request) -> Response:
    kept = lever_of(request).account.files[opportunity_of(request).id]
    return listed_as_given(request, [_file_shape(request, file) for file in _uploaded_when(request, kept)])


async def get_file(request: Request) -> Response:
    return shown(request, _file_shape(request, _found(request, "files")))


async def delete_file(request: Request) -> Response:
    actor_of(request, required=True)
    lever, opportunity, file = lever_of(request), opportunity_of(request), _found(request, "files")
    lever.account.files[opportunity.id].remove(file)
    touch(lever, opportunity)
    return deleted()


async def download_file(request: Request) -> Response:
    return as_download(_found(request, "files"))


async def list_resumes(request: Request) -> Response:
    kept = lever_of(request).account.resumes[opportunity_of(request).id]
    return listed_as_given(request, [_resume_shape(request, file) for file in _uploaded_when(request, kept)])


async def get_resume(request: Request) -> Response:
    return shown(request, _resume_shape(request, _found(request, "resumes")))


async def download_resume(request: Request) -> Response:
    return as_download(_found(request, "resumes"))


def as_download(file: StoredFile) -> Response:
    """The bytes. LeverError 422 for a file Lever could not process."""
    if file.status != "processed":
        raise unprocessable(f"{file.name} could not be processed and cannot be downloaded")
    disposition = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
    media_type = "application/pdf" if file.ext == ".pdf" else "application/octet-stream"
    return Response(file.content, media_type=media_type, headers={"content-disposition": disposition})


def _found(request: Request, kind: str) -> StoredFile:
    account, wanted = lever_of(request).account, request.path_params["file"]
    kept = account.files if kind == "files" else account.resumes
    for file in kept[opportunity_of(request).id]:
        if file.id == wanted:
            return file
    raise not_found(kind, wanted)


def _uploaded_when(request: Request, files: list[StoredFile]) -> list[StoredFile]:
    start, end = (moment(request.query_params, f"uploaded_at_{edge}") for edge in ("start", "end"))
    return [
        file
        for file in files
        if (start is None or start <= file.uploaded_at) and (end is None or file.uploaded_at <= end)
    ]


def _file_shape(request: Request, file: StoredFile, kind: str = "files") -> Shape:
    lever, opportunity = lever_of(request), opportunity_of(request)
    return file.shape(f"{lever.options.base_url}/v1/opportunities/{opportunity.id}/{kind}/{file.id}/download")


def _resume_shape(request: Request, file: StoredFile) -> Shape:
    shape = _file_shape(request, file, "resumes")
    parsed: dict[str, list[object]] = {"positions": [], "schools": []}
    return {"id": shape.pop("id"), "createdAt": file.uploaded_at, "file": shape, "parsedData": parsed}


routes: list[BaseRoute] = [
    Route(f"{OPPORTUNITY}/files", list_files, methods=["GET"]),
    Route(f"{OPPORTUNITY}/files", upload_file, methods=["POST"]),
    Route(f"{OPPORTUNITY}/files/{{file}}", get_file, methods=["GET"]),
    Route(f"{OPPORTUNITY}/files/{{file}}", delete_file, methods=["DELETE"]),
    Route(f"{OPPORTUNITY}/files/{{file}}/download", download_file, methods=["GET"]),
    Route(f"{OPPORTUNITY}/resumes", list_resumes, methods=["GET"]),
    Route(f"{OPPORTUNITY}/resumes/{{file}}", get_resume, methods=["GET"]),
    Route(f"{OPPORTUNITY}/resumes/{{file}}/download", download_resume, methods=["GET"]),
]
