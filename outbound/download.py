"""Fetches a report through a link from a vendor's answer. Never sends our keys, never follows a redirect.

Only trusted origins are called (outbound.links), size and time are capped while the answer streams in, and
what came must be a whole PDF (design, section 5).

LinkRefused         the link is of no use: tell a person, do not repeat
├── UntrustedLink   it was not fetched
└── NotAReport      it was fetched, and what came is not a report
NotYetAReport       no whole report came: fetch again later, by the link that Crosschq gives then
"""

import re
from typing import Final

import httpx

from outbound.bounded import IS_FRAMED, AnswerTooLarge, Limits, send_within
from outbound.causes import cause_of
from outbound.client import USER_AGENT
from outbound.errors import Unavailable
from outbound.links import LinkRefused, UntrustedLink, check_link

__all__ = ["LinkRefused", "NotAReport", "NotYetAReport", "UntrustedLink", "check_link", "fetch_pdf"]

LIMITS: Final = Limits(30 * 1024 * 1024, 120.0)
LEADING_SPACE: Final = 1024
TRAILING: Final = 2048
"""Bytes at whose beginning the end's mark may stand: some writers add blanks or a signature."""

_MAGIC: Final = b"%PDF-"
_HEADERS: Final = {"Accept": "application/pdf", "User-Agent": USER_AGENT}
_MAY_BE_RENEWED: Final = frozenset({400, 403, 404, 410})
"""Stores for files answer one of them to a link whose time is over; S3's and Google's 400 is ExpiredToken."""
_NOT_NOW: Final = frozenset({408, 409, 423, 425, 429})
_LENGTH_OF_LINEARISED: Final = re.compile(rb"/Linearized\b[^>]*/L\s+(\d+)")


class NotAReport(LinkRefused):
    """The host is trusted, but what it answered is not a PDF of acceptable size."""


class NotYetAReport(Unavailable):
    """The host is trusted, and may have the report later. `seen` goes on after "the PDF's host "."""

    def __init__(self, url: str, seen: str, status: int | None = None) -> None:
        super().__init__(httpx.URL(url).host, "GET report", f"{seen}; fetch the report again later", status)
        self.seen = seen


async def fetch_pdf(
    client: httpx.AsyncClient, url: str, trusted_origins: frozenset[str], limits: Limits = LIMITS
) -> bytes:
    """The PDF behind `url`.

    Of `client` only connections and time-outs are used: no header, cookie or credential of it is sent.
    Raises UntrustedLink (before any call), NotAReport, NotYetAReport.
    """
    check_link(url, trusted_origins)
    # Built by hand: client.build_request would add the client's headers and cookies, and its auth is replaced.
    request = httpx.Request("GET", url, headers=_HEADERS)
    try:
        response = await send_within(client, request, limits, auth=httpx.Auth())
    except AnswerTooLarge:
        raise NotAReport(f"the report is larger than {limits.max_bytes:,} bytes") from None
    except httpx.DecodingError:
        raise NotYetAReport(url, "packed the report in a way that cannot be unpacked") from None
    except (httpx.TransportError, TimeoutError) as error:
        raise NotYetAReport(url, f"did not answer to the end: {cause_of(error).seen}") from error
    _check_status(response, url)
    _check_content(response, url)
    return response.content


def _check_status(response: httpx.Response, url: str) -> None:
    status = response.status_code
    if status == 401:
        raise NotAReport("the report link asks for a sign-in (it answered 401)")
    if response.has_redirect_location:
        raise NotAReport(f"the report link leads on to another address ({status}), which is not followed")
    if status in _MAY_BE_RENEWED:
        raise NotYetAReport(
            url, f"says that the link has expired or that there is no report ({status})", status
        )
    if status in _NOT_NOW or status >= 500:
        raise NotYetAReport(url, f"answered {status}", status)
    if response.is_success and status != httpx.codes.OK:
        raise NotYetAReport(url, f"answered {status} instead of a whole report", status)
    if status != httpx.codes.OK:
        raise NotAReport(f"the report link answered {status} instead of a report")


def _check_content(response: httpx.Response, url: str) -> None:
    content = response.content
    if not content.strip():
        raise NotYetAReport(url, "answered without a report")
    if not content[: LEADING_SPACE + len(_MAGIC)].lstrip().startswith(_MAGIC):
        raise NotYetAReport(url, "answered something that is not a PDF")
    # Some writers leave the end's mark out; then only the line can say that all of it came.
    if not _is_ended(content) and not (response.extensions[IS_FRAMED] and b"endobj" in content):
        raise NotYetAReport(url, "sent a PDF that is not whole")


def _is_ended(content: bytes) -> bool:
    """The first page's part of a linearised one, and each change that was added, have an end's mark of their own."""
    _, mark, after = content[-TRAILING:].rpartition(b"%%EOF")
    own_length = _LENGTH_OF_LINEARISED.search(content, 0, 2 * LEADING_SPACE)
    is_short = own_length is not None and len(content) < int(own_length[1])
    return bool(mark) and b" obj" not in after and not is_short
