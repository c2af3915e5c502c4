"""What can go wrong when anything is called over HTTP, by the names that the rest of the project knows.

httpx's own exceptions are named in this package only, so that another version or client of HTTP changes one place.
"""

from typing import TypeAlias

import httpx

CallFailed: TypeAlias = httpx.HTTPError
"""Anything but an address that is none: NoAnswer or BadStatus, or too many redirects."""
NoAnswer: TypeAlias = httpx.TransportError
"""No whole answer came."""
BadStatus: TypeAlias = httpx.HTTPStatusError
"""`raise_for_status` of an answer; `response` is that answer."""
InvalidAddress: TypeAlias = httpx.InvalidURL
"""An address that cannot be read as one."""
