"""Multipart bodies: `emails[]` is a list, `archived[reason]` a nested field, files in memory. Contract section 8."""

from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from sandbox.lever.account import new_id
from sandbox.lever.errors import too_large
from sandbox.lever.paperwork import FILE_LIMIT, StoredFile


@dataclass(frozen=True)
class Upload:
    """The plain fields, nested, and the files by the name of their part."""

    fields: dict[str, Any]
    files: dict[str, list[StoredFile]]


def is_multipart(request: Request) -> bool:
    """Whether the body is a multipart form."""
    return request.headers.get("content-type", "").startswith("multipart/form-data")


async def read_upload(request: Request, now: int) -> Upload:
    """The whole form, files in memory. LeverError 413 for a file of more than 30 MB."""
    async with request.form() as form:
        files: dict[str, list[StoredFile]] = {}
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files.setdefault(name.removesuffix("[]"), []).append(await _stored(value, now))
        return Upload(nested(form), files)


def nested(form: FormData) -> dict[str, Any]:
    """The text fields with `a[]` gathered into lists and `a[b]` into objects."""
    fields: dict[str, Any] = {}
    for name, value in form.multi_items():
        head, bracket, tail = name.partition("[")
        if isinstance(value, UploadFile):
            continue
        if not bracket:
            fields[name] = value
        elif tail == "]":
            fields.setdefault(head, []).append(value)
        else:
            fields.setdefault(head, {})[tail.rstrip("]")] = value
    return fields


async def _stored(file: UploadFile, now: int) -> StoredFile:
    if (file.size or 0) > FILE_LIMIT:
        raise too_large("A file may have 30 MB at most")
    return StoredFile(id=new_id(), name=file.filename or "file", uploaded_at=now, content=await file.read())
