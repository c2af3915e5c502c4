"""Prefect's REST API for registration and readiness, without importing Prefect, which takes seconds.

https://docs.prefect.io/v3/api-ref/rest-api; every writing or filtering request needs a CSRF token (docs/decisions/15).
"""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any
from uuid import uuid4

import httpx

from outbound.causes import cause_of
from outbound.transport import NoAnswer
from settings import Settings

PAGE = 200
"""Prefect's largest page."""


class PrefectApiError(Exception):
    """Prefect did not do what was asked; the message says what, and what Prefect answered."""


@asynccontextmanager
async def prefect_api(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client with our password and a CSRF token, good for an hour; raises PrefectApiError when nobody answers."""
    user, _, password = settings.prefect_auth_string.get_secret_value().partition(":")
    headers = {"Prefect-Csrf-Client": uuid4().hex}
    async with httpx.AsyncClient(
        base_url=settings.api_url, auth=(user, password), headers=headers, verify=_tls()
    ) as client:
        try:
            answer = await client.get("/csrf-token", params={"client": headers["Prefect-Csrf-Client"]})
        except NoAnswer as error:
            raise PrefectApiError(
                f"No Prefect server answers at {settings.api_url}: {cause_of(error)}. If it is not running, start it"
            ) from None
        if (
            answer.status_code != httpx.codes.UNPROCESSABLE_ENTITY
        ):  # protection is off on a server of one's own
            client.headers["Prefect-Csrf-Token"] = checked(answer).json()["token"]
        yield client


@cache
def _tls() -> ssl.SSLContext:
    # Reading the certificates takes longer than asking, and readiness is asked for many times.
    return httpx.create_ssl_context()


def checked(answer: httpx.Response) -> httpx.Response:
    """The answer, or PrefectApiError with Prefect's own words."""
    if answer.is_success:
        return answer
    asked = f"{answer.request.method} {answer.request.url.path}"
    hint = ": is CROSSCHQ_LEVER_PREFECT_AUTH_STRING the server's?" if answer.status_code == 401 else ""
    raise PrefectApiError(f"Prefect answered {answer.status_code} to {asked}{hint}: {answer.text[:500]}")


async def every(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    """All items of a `/filter` endpoint, page by page."""
    items: list[dict[str, Any]] = []
    while True:
        answer = await client.post(path, json={"limit": PAGE, "offset": len(items)})
        page = checked(answer).json()
        items += page
        if len(page) < PAGE:
            return items
