"""The three kinds of call to Lever: read one, walk a list, write. Knows no endpoint."""

from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import httpx
from pydantic import TypeAdapter

from lever.answers import data_of
from lever.paging import items
from lever.wire import LeverModel
from outbound.answers import shaped
from outbound.bounded import LIST, WRITTEN, Limits
from outbound.http import Files, Params, VendorHttp
from outbound.paths import path_of

M = TypeVar("M", bound=LeverModel)


async def read_one(
    http: VendorHttp, kind: type[M], pattern: str, *ids: str, params: Params | None = None
) -> M:
    """The object a GET answers."""
    operation = f"GET {pattern}"
    answer = await http.read(path_of(pattern, *ids), operation=operation, params=params)
    return shaped(TypeAdapter(kind), data_of(answer), http.reading(operation))


def read_all(
    http: VendorHttp, kind: type[M], pattern: str, *ids: str, params: Params | None = None
) -> AsyncIterator[M]:
    """Every object of the list a GET answers."""
    operation = f"GET {pattern}"

    async def read_page(offset: str | None) -> object:
        # As a parameter the token is percent-encoded once more, which is the form Lever gave out (lever.md 5).
        page = {**(params or {}), **({} if offset is None else {"offset": offset})}
        return await http.read(path_of(pattern, *ids), operation=operation, params=page, limits=LIST)

    return items(read_page, TypeAdapter(kind), http.reading(operation))


async def change(
    http: VendorHttp, method: str, pattern: str, *ids: str, perform_as: str, **body: object
) -> None:
    """A write that may be done twice, such as adding a tag; what it answers is not to be used (lever.md 1.5)."""
    await http.write(
        method,
        path_of(pattern, *ids),
        operation=f"{method} {pattern}",
        params={"perform_as": perform_as},
        json=body,
        repeatable=True,
    )


async def create(
    http: VendorHttp,
    kind: type[M],
    pattern: str,
    *ids: str,
    perform_as: str | None = None,
    json: object = None,
    files: Files | None = None,
    timeout: httpx.Timeout | None = None,
    limits: Limits = WRITTEN,
    unwrap: Callable[[object], object] = data_of,
) -> M:
    """A POST that makes something new each time, so it is never repeated once it may have happened.

    `unwrap` finds what was made in the answer.
    """
    operation = f"POST {pattern}"
    answer = await http.write(
        "POST",
        path_of(pattern, *ids),
        operation=operation,
        params={} if perform_as is None else {"perform_as": perform_as},
        json=json,
        files=files,
        timeout=timeout,
        limits=limits,
    )
    return shaped(TypeAdapter(kind), unwrap(answer), http.writing(operation))
