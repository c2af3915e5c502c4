"""Reads a form of ours. Keeps nothing of a body that is too large."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.requests import Request

from cleaning.text import clean_text, trimmed

LARGEST = 256 * 1024
"""Bytes; a connection with a dozen templates has about 5,000."""
MOST_FIELDS = 5_000
"""A template has ten."""


class TooLarge(Exception):  # noqa: N818 - a fact about the body
    """The body is over LARGEST, or has too many fields."""


@dataclass(frozen=True)
class Fields:
    """What was sent, each field's values in their order, trimmed and clean."""

    values: Mapping[str, list[str]]

    def one(self, name: str) -> str:
        """The last value; blank where there is none."""
        return trimmed(self.values.get(name, [""])[-1])

    def all(self, name: str) -> list[str]:
        return [trimmed(value) for value in self.values.get(name, [])]

    def is_on(self, name: str) -> bool:
        """Of a checkbox, which is not sent when it is off."""
        return self.one(name) != ""


async def read_fields(request: Request) -> Fields:
    """A body that is no form has none. Raises TooLarge as soon as the limit is passed."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise TooLarge
    try:
        sent = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except UnicodeDecodeError:
        return Fields({})
    except ValueError:
        raise TooLarge from None
    return Fields({name: [clean_text(one) for one in values] for name, values in sent.items()})
