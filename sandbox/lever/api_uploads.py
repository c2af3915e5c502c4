"""Files on their way into an application: uploaded first, then named by their `uri` in POST apply. See lever.md 8."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.lever.account import new_id
from sandbox.lever.answers import data
from sandbox.lever.asking import lever_of
from sandbox.lever.errors import bad_request
from sandbox.lever.multipart import is_multipart, read_upload

DAY = 24 * 60 * 60 * 1000
"""Milliseconds for which an upload can be named."""


async def upload(request: Request) -> Response:
    lever = lever_of(request)
    files = (await read_upload(request, lever.now())).files.get("file", []) if is_multipart(request) else []
    if len(files) != 1:
        raise bad_request("A file is uploaded as multipart/form-data in the field `file`")
    [file] = files
    upload_id = f"{new_id()}-{file.name}"
    uri = f"{lever.options.base_url}/v1/uploads/{upload_id}"
    lever.account.uploads[uri] = file
    shape = {
        "id": upload_id,
        "uri": uri,
        "filename": file.name,
        "size": len(file.content),
        "expiresAt": file.uploaded_at + DAY,
    }
    return data(shape, 201)


routes: list[BaseRoute] = [Route("/v1/uploads", upload, methods=["POST"])]
