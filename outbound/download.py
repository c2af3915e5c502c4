"""Fetches a report through a link from a vendor's answer. Never sends our keys, never follows a redirect.

Only trusted origins are called (outbound.links), size and time are capped while the answer streams in, and
what came must be a PDF (design, section 5).

LinkRefused         the link is of no use: tell a person, do not repeat
├── UntrustedLink   it was not fetched
└── NotAReport      it was fetched, and what came is not a report
Unavailable         outbound.errors: the host did not answer, or not to the end; fetch again later
"""

import asyncio
from typing import Final

import httpx

from outbound.client import USER_AGENT
from outbound.errors import Unavailable
from outbound.links import LinkRefused, UntrustedLink, check_link

__all__ = ["LinkRefused", "NotAReport", "UntrustedLink", "check_link", "fetch_pdf"]

MAX_BYTES: Final = 30 * 1024 * 1024
MAX_SECONDS: Final = 120.0
LEADING_SPACE: Final = 1024

_MAGIC: Final = b"%PDF-"
_HEADERS: Final = {
    "Accept": "application/pdf",
    "Accept-Encoding": "identity",
    "User-Agent": USER_AGENT,
}
_EXPIRED: Final = frozenset({401, 403, 404, 410})


class NotAReport(LinkRefused):
    """The host is trusted, but what it answered is not a PDF of acceptable size."""


async def fetch_pdf(
    client: httpx.AsyncClient,
    url: str,
    trusted_origins: frozenset[str],
    *,
    max_bytes: int = MAX_BYTES,
    max_seconds: float = MAX_SECONDS,
) -> bytes:
    """The PDF behind `url`, at most `max_bytes` long, fetched within `max_seconds` altogether.

    Of `client` only connections and time-outs are used: no header, cookie or credential of it is sent.
    Raises UntrustedLink (before any call), NotAReport, Unavailable.
    """
    check_link(url, trusted_origins)
    try:
        async with asyncio.timeout(max_seconds):
            content = await _fetch(client, url, max_bytes)
    except (httpx.TransportError, TimeoutError) as error:
        raise _unavailable(url, f"did not answer to the end ({type(error).__name__})") from error
    if not content[: LEADING_SPACE + len(_MAGIC)].lstrip().startswith(_MAGIC):
        raise NotAReport("what the report link answered is not a PDF")
    return content


async def _fetch(client: httpx.AsyncClient, url: str, max_bytes: int) -> bytes:
    # Built by hand: client.build_request and client.stream would add the client's headers and cookies.
    request = httpx.Request("GET", url, headers=_HEADERS)
    response = await client.send(request, auth=None, follow_redirects=False, stream=True)
    try:
        _check_answer(response, url)
        content = bytearray()
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > max_bytes:
                raise NotAReport(f"the report is larger than {max_bytes:,} bytes")
        return bytes(content)
    finally:
        await response.aclose()


def _check_answer(response: httpx.Response, url: str) -> None:
    status = response.status_code
    if status in _EXPIRED:
        raise NotAReport(f"the report link has expired or asks for a sign-in (it answered {status})")
    if status in (408, 429) or status >= 500:
        raise _unavailable(url, f"answered {status}", status)
    if response.has_redirect_location:
        raise NotAReport(f"the report link leads on to another address ({status}), which is not followed")
    if status != httpx.codes.OK:
        raise NotAReport(f"the report link answered {status} instead of a report")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        # A few compressed kilobytes may unfold to gigabytes, so the cap would have to trust the packing.
        raise NotAReport("the report came compressed although we asked for it as it is")


def _unavailable(url: str, what: str, status: int | None = None) -> Unavailable:
    return Unavailable(httpx.URL(url).host, "GET report", f"{what}; fetch the report again later", status)
