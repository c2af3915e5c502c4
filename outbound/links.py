"""Decides whether a link from a vendor's answer leads to a host the admin trusts. Pure: never follows a link.

Such a link is text from outside: whoever can forge it would like us to call, or to show recruiters, a host
of theirs. So it is read by the reader that would also fetch it, and whatever two readers could understand
differently is refused.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final, Self

import httpx

LONGEST_LINK: Final = 4096

_CHARACTERS: Final = re.compile(r"[A-Za-z0-9:/?#\[\]@!$&'()*+,;=%._~-]+")
_AUTHORITY: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]+)")
_NAME: Final = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_HOST_NAME: Final = re.compile(rf"{_NAME}(?:\.{_NAME})*")
_BELOW: Final = "https://*."


class LinkRefused(Exception):  # noqa: N818 - says what happened, as the vendor errors do
    """A link that leads to no report. `reason` is one sentence for people, without the link itself."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UntrustedLink(LinkRefused):
    """The link leads, or may lead, to a host the admin does not trust; nothing was sent."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a link leads. `host` is in lower case; `port` is None for the scheme's default one."""

    scheme: str
    host: str
    port: int | None

    @classmethod
    def from_link(cls, link: str) -> Self:
        """Raises UntrustedLink for a link without one plain meaning, or one that is open to eavesdroppers."""
        if len(link) > LONGEST_LINK or not _CHARACTERS.fullmatch(link):
            raise UntrustedLink("the link is too long or holds characters that do not belong in one")
        authority = _AUTHORITY.match(link)
        if authority is None or "@" in authority[1]:
            raise UntrustedLink("the link is not of the form https://host/path, without a user name")
        try:
            url = httpx.URL(link)
        except httpx.InvalidURL as error:
            raise UntrustedLink("the link cannot be read as a URL") from error
        return cls(url.scheme, url.raw_host.decode("ascii").lower(), url.port)._checked()

    def _checked(self) -> Self:
        if not (_HOST_NAME.fullmatch(self.host) or _ip(self.host)):
            raise UntrustedLink("the link's host name is not a plain one")
        if self.scheme != "https" and not (self.scheme == "http" and self.is_loopback):
            raise UntrustedLink(f"the link is not https (it starts with {self.scheme}://)")
        return self

    @property
    def is_loopback(self) -> bool:
        """Whether this origin is on this machine, where plain http harms nobody."""
        ip = _ip(self.host)
        return self.host == "localhost" or (ip is not None and ip.is_loopback)


@dataclass(frozen=True, slots=True)
class TrustedOrigin:
    """One origin an admin trusts; with `below`, every host under it and not the host itself."""

    origin: Origin
    below: bool

    @classmethod
    def parse(cls, text: str) -> Self:
        """`https://app.example.com`, `http://127.0.0.1:8300` (loopback only) or `https://*.example.com`.

        Raises ValueError for anything else.
        """
        below = text.startswith(_BELOW)
        try:
            origin = Origin.from_link("https://" + text.removeprefix(_BELOW) if below else text)
        except UntrustedLink as error:
            raise ValueError(f"trusted origin {text!r}: {error.reason}") from error
        if below and "." not in origin.host:
            raise ValueError(f"trusted origin {text!r}: a wildcard needs a domain of at least two names")
        return cls(origin, below)

    def covers(self, origin: Origin) -> bool:
        """Whether a link to `origin` is trusted by this entry."""
        if (self.origin.scheme, self.origin.port) != (origin.scheme, origin.port):
            return False
        return origin.host.endswith("." + self.origin.host) if self.below else origin.host == self.origin.host


def check_link(url: str, trusted_origins: frozenset[str]) -> None:
    """Raises UntrustedLink unless `url` leads to one of `trusted_origins` (forms: TrustedOrigin.parse).

    A trusted origin of no such form raises ValueError: that is the admin's mistake, not the link's.
    """
    trusted = [TrustedOrigin.parse(text) for text in trusted_origins]
    origin = Origin.from_link(url)
    if not any(entry.covers(origin) for entry in trusted):
        raise UntrustedLink(f"the link leads to {origin.host}, which is not among the trusted hosts")


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
