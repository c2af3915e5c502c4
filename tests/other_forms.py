"""An address as people and proxies write it, and what TLS proxies say of how it was asked for."""

from collections.abc import Iterator
from itertools import product

import httpx

PROTOS = [None, "https", "https,http", "https, http", "HTTPS", "http", "javascript", "http\thttps", "é", ""]
"""Values of X-Forwarded-Proto; None: without."""


def other_forms(path: str) -> list[str]:
    """With slashes, blanks and what nobody sees where none belong."""
    ends = ["/", "//", "%20", "%2F", "/%20", "%09/", "%E2%80%8B", "%EF%BB%BF/"]
    return [*(path + end for end in ends), f"/{path}", path.replace("/", "//"), f"/{path}//"]


def asked_in_other_forms(path: str) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Each form with each header; a path may have a query."""
    plain, mark, query = path.partition("?")
    for form, proto in product(other_forms(plain), PROTOS):
        yield form + mark + query, {} if proto is None else {"X-Forwarded-Proto": proto.encode()}


def leads_to(answer: httpx.Response) -> tuple[int, str | None]:
    """The status, and where it leads; never to http."""
    location = answer.headers.get("location")
    assert not (location or "").lower().startswith(("http:", "//")), location
    return answer.status_code, location
