"""Reads a small form. Keeps nothing of a body that is too large, and of a field that comes twice."""

from urllib.parse import parse_qs

from starlette.requests import Request

LARGEST = 2048
"""Bytes; ours have about 150."""
MOST_FIELDS = 20


class TooLarge(Exception):  # noqa: N818 - a fact about the body
    """The body is over LARGEST."""


async def read_form(request: Request) -> dict[str, str]:
    """Only fields that come once; a body that is no form has none. Raises TooLarge as soon as the limit is passed."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise TooLarge
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items() if len(values) == 1}
