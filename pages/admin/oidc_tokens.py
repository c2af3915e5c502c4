"""Check an ID token: signed by the provider, for us, now, for this sign-in (OpenID Connect Core 1.0, 3.1.3.7).

Performs no I/O. An error names the claim, its type and whose clock it was held against, and never what a token says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any, Final

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, ClaimError, InvalidKeyIdError, JoseError, MissingClaimError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""With a key pair only: neither `none`, nor a MAC under a key that everybody can read. OpenID's default is RS256."""
LEEWAY = 60
"""Seconds that the provider's clock may differ from ours."""

TEXT: Final = "a text"
_KINDS: Final[Mapping[type, str]] = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: TEXT,
    list: "a list",
    dict: "an object",
}
_CHECKED: Final[Mapping[str, frozenset[str]]] = {
    **{name: frozenset({TEXT}) for name in ("iss", "sub", "nonce", "azp", "at_hash")},
    **{name: frozenset({"a number"}) for name in ("exp", "iat", "nbf")},
    "aud": frozenset({TEXT, "a list"}),
}
"""Claims and their types; whatever else there is, nobody asked for, so that it cannot be wrong."""
_NOT_OURS: Final[Mapping[str, str]] = {
    "iss": "names another issuer than the provider's configuration",
    "aud": "does not name this installation: compare CROSSCHQ_LEVER_OIDC_CLIENT_ID",
    "azp": "names another client than this installation",
    "nonce": "belongs to another sign-in",
    "at_hash": "belongs to another access token",
}


_UNREADABLE: Final = (
    JoseError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
_MOST_SECONDS: Final = 10**10


class NotTrusted(Exception):  # noqa: N818 - says what it is
    """The message is the clause that says what failed, and quotes nothing of the answer."""


@dataclass(frozen=True)
class Expected:
    issuer: str
    """To the letter as the provider's configuration has it."""
    client_id: str
    nonce: str
    access_token: str
    now: datetime
    theirs: datetime | None = None
    """What time it is by the provider's clock, if it told."""


def claims_of(id_token: str, keys: KeySet, expected: Expected) -> Mapping[str, Any]:
    """The claims of a token that passed every check; raises NotTrusted."""
    registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
    try:
        token = jwt.decode(id_token, keys, registry=registry)
    except InvalidKeyIdError:
        raise NotTrusted("the ID token's signature is by a key that the provider does not publish") from None
    except BadSignatureError:
        raise NotTrusted("the ID token's signature is wrong") from None
    except _UNREADABLE:
        raise NotTrusted(
            f"the ID token cannot be read, or is signed by another algorithm than {', '.join(ALGORITHMS)}"
        ) from None
    checked = _of_their_types(token.claims)
    claims = CodeIDToken(
        checked,
        token.header,
        {
            "iss": {"essential": True, "value": expected.issuer},
            "aud": {"essential": True, "value": expected.client_id},
        },
        {
            "nonce": expected.nonce,
            "client_id": expected.client_id,
            "access_token": expected.access_token,
        },
    )
    try:
        claims.validate(now=int(expected.now.timestamp()), leeway=LEEWAY)
    except ClaimError as error:
        raise NotTrusted(_said(error, checked, expected)) from None
    except _UNREADABLE:
        raise NotTrusted("the ID token's claims cannot be read") from None
    return token.claims


def kind_of(value: object) -> str:
    if isinstance(value, float) and not isfinite(value):
        return "no number"
    return _KINDS.get(type(value), "nothing")


def _of_their_types(claims: Mapping[str, Any]) -> dict[str, Any]:
    """JSON's null is as good as no claim."""
    checked = {name: claims[name] for name in _CHECKED if claims.get(name) is not None}
    for name, value in checked.items():
        if kind_of(value) not in _CHECKED[name]:
            wanted = " or ".join(sorted(_CHECKED[name], reverse=True))
            raise NotTrusted(f"the ID token's claim {name} is {kind_of(value)}, and must be {wanted}")
    return checked


def _said(error: ClaimError, claims: Mapping[str, Any], expected: Expected) -> str:
    name = error.claim
    if isinstance(error, MissingClaimError):
        return f"the ID token's claim {name} is missing"
    if name not in ("exp", "iat", "nbf"):
        return f"the ID token's claim {name} {_NOT_OURS.get(name, 'is not as it must be')}"
    # A number of a thousand digits is one, too.
    off = min(abs(int(claims[name]) - int(expected.now.timestamp())), _MOST_SECONDS)
    what = f"is over, since {off} s" if name == "exp" else f"lies {off} s ahead"
    return f"the ID token's claim {name} {what}, by this machine's clock; {_by_their_clock(expected)}"


def _by_their_clock(expected: Expected) -> str:
    if expected.theirs is None:
        return "let NTP set this machine's clock and the provider's"
    seconds = round((expected.theirs - expected.now).total_seconds())
    if abs(seconds) <= LEEWAY:
        return "the provider's clock shows the same time, so it made a wrong token"
    which = "ahead of" if seconds > 0 else "behind"
    return f"the provider's clock is {abs(seconds)} s {which} it: let NTP set both"
