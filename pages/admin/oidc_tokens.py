"""Checks an ID token: signed by the provider, for us, now, for this sign-in (OpenID Connect Core 1.0, 3.1.3.7).

Performs no I/O. What a token says appears in no error.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""With a key pair only: neither `none`, nor a MAC under a key that everybody can read. OpenID's default is RS256."""
LEEWAY = 60
"""Seconds that the provider's clock may differ from ours."""


class NotTrusted(Exception):  # noqa: N818 - says what it is
    """The message names the check that failed, and quotes nothing of the answer."""


@dataclass(frozen=True)
class Expected:
    issuer: str
    client_id: str
    nonce: str
    access_token: str


def claims_of(id_token: str, keys: Sequence[Mapping[str, Any]], expected: Expected) -> Mapping[str, Any]:
    """The claims of a token that passed every check; raises NotTrusted."""
    registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
    try:
        token = jwt.decode(
            id_token, KeySet.import_key_set({"keys": [dict(key) for key in keys]}), registry=registry
        )
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise NotTrusted(f"the ID token's signature ({type(error).__name__})") from None
    claims = CodeIDToken(
        token.claims,
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
        claims.validate(leeway=LEEWAY)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise NotTrusted(
            f"the ID token's claim {getattr(error, 'claim', '?')} ({type(error).__name__})"
        ) from None
    return dict(claims)
