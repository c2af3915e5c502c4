"""Forms: `emails[]` is a list, `archived[reason]` a nested field, files in memory. See lever.md 8."""

from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from sandbox.lever.account import new_id
from sandbox.lever.errors import too_large
from sandbox.lever.paperwork import FILE_LIMIT, StoredFile

_DEPTH = 5
"""Of names in names, at most."""


@dataclass(frozen=True)
class Upload:
    """The plain fields, nested, and the files by the name of their part."""

    fields: dict[str, Any]
    files: dict[str, list[StoredFile]]


def is_form(request: Request) -> bool:
    """Whether the body is a form: no documented way, but that of published clients in Ruby and PHP."""
    return _kind(request).startswith("application/x-www-form-urlencoded") or is_multipart(request)


def is_multipart(request: Request) -> bool:
    """Whether the body is a multipart form."""
    return _kind(request).startswith("multipart/form-data")


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").lower()


async def read_upload(request: Request, now: int) -> Upload:
    """The whole form, files in memory. LeverError 413 for a file of more than 30 MB."""
    async with request.form() as form:
        files: dict[str, list[StoredFile]] = {}
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files.setdefault(name.removesuffix("[]"), []).append(await _stored(value, now))
        return Upload(nested(form), files)


def nested(form: FormData) -> dict[str, Any]:
    """The text fields, `a[]` and `a[0]` gathered into lists, `a[b]` into objects, as clients' libraries write them."""
    fields: dict[str, Any] = {}
    for name, value in form.multi_items():
        if not isinstance(value, UploadFile):
            head, *rest = name.replace("]", "").split("[")[:_DEPTH]
            _put(fields, head, rest, value)
    return {name: _lists_in(value) for name, value in fields.items()}


def _put(node: dict[str, Any], part: str, rest: list[str], value: str) -> None:
    if part == "":
        # `a[][b]=1&a[][c]=2` is one object, `a[][b]=1&a[][b]=2` are two.
        last = node.get(str(len(node) - 1))
        goes_on = bool(rest) and isinstance(last, dict) and rest[0] not in last
        part = str(len(node) - goes_on)
    present = node.get(part)
    if not rest:
        # A key that is repeated makes a list.
        others = present if isinstance(present, dict) else {"0": present}
        node[part] = value if present is None else {**others, str(len(others)): value}
        return
    if not isinstance(present, dict):
        present = node[part] = {}
    _put(present, rest[0], rest[1:], value)


def _lists_in(node: Any) -> Any:  # noqa: ANN401
    if not isinstance(node, dict):
        return node
    inner = {name: _lists_in(value) for name, value in node.items()}
    return list(inner.values()) if all(name.isdigit() for name in inner) else inner


async def _stored(file: UploadFile, now: int) -> StoredFile:
    if (file.size or 0) > FILE_LIMIT:
        raise too_large("A file may have 30 MB at most")
    return StoredFile(id=new_id(), name=file.filename or "file", uploaded_at=now, content=await file.read())
