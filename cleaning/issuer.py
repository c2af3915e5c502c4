"""Clean the address of an OpenID Connect issuer, which people and providers write in several ways, to one spelling."""

import re
from typing import Final

from pydantic import HttpUrl, ValidationError

from cleaning.text import trimmed

WELL_KNOWN: Final = "/.well-known/openid-configuration"
"""Where an issuer's configuration is, below its address (Discovery 1.0, 4)."""

_PASTED: Final = re.compile(
    r"/+\.well-known(/+(openid-configuration|oauth-authorization-server))?/*$", re.IGNORECASE
)
"""Some providers have the same configuration under OAuth's name (RFC 8414), too."""
_NOTHING: Final = "/?#"
"""At the end; what follows ? or # is refused before."""


class NotAnIssuer(ValueError):  # noqa: N818 - says what it is
    """The message says what to write."""


def clean_issuer(text: str) -> str:
    """Small letters in scheme and host, no default port, no slash, ? or # at the end; raises NotAnIssuer.

    The address of its configuration, pasted whole, stands for the issuer.
    """
    try:
        url = HttpUrl(trimmed(text))
    except ValidationError:
        raise NotAnIssuer("write it as the provider does, as in https://id.example.com") from None
    if url.query or url.fragment or url.username or url.password:
        raise NotAnIssuer("write it as the provider does, without ?, # and @")
    return _PASTED.sub("", str(url).rstrip(_NOTHING)).rstrip(_NOTHING)
