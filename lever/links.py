"""Where people see an opportunity in Lever, and which one a pasted address means. Performs no I/O."""

from urllib.parse import quote, urlsplit

from cleaning.text import trimmed

_PEOPLE = {"api.lever.co": "hire.lever.co", "api.sandbox.lever.co": "hire.sandbox.lever.co"}
"""Lever's API and its pages (lever.md 1.1)."""


def opportunity_page(api_url: str, opportunity_id: str) -> str | None:
    """Its page, `urls.show` in Lever's answers; None where the API's address is none that a browser opens."""
    address = urlsplit(api_url)
    if address.scheme not in ("http", "https") or not address.netloc:
        return None
    host = _PEOPLE.get(address.netloc, address.netloc)
    return f"{address.scheme}://{host}/candidates/{quote(opportunity_id, safe='')}"


def opportunity_in(pasted: str) -> str:
    """The id in a pasted address of Lever's; anything else as it is."""
    pasted = trimmed(pasted)
    if not pasted.startswith(("http://", "https://")):
        return pasted
    try:
        return urlsplit(pasted).path.rstrip("/").rpartition("/")[2]
    except ValueError:
        return pasted
