"""Read what an OpenID Connect provider publishes about itself: its configuration and its keys (Discovery 1.0, 3 and 4).

Redirects are not followed, and no error quotes what was answered.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, Final, TypeVar

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import AfterValidator, BaseModel, HttpUrl, ValidationError

from cleaning.issuer import WELL_KNOWN, NotAnIssuer, clean_issuer
from outbound.bounded import SIGN_IN, AnswerTooLarge, send_within
from outbound.causes import cause_of

SETTING: Final = "CROSSCHQ_LEVER_OIDC_ISSUER"

Address = Annotated[str, AfterValidator(lambda text: str(HttpUrl(text)))]
"""Of the web, as the HTTP client reads it; a query stays."""
Answer = TypeVar("Answer", bound=BaseModel)


class Away(Exception):  # noqa: N818 - says what it is
    """It cannot be reached, or does not answer as a provider does; the message says at what."""


class OtherIssuer(Away):
    """Its configuration is another issuer's; `named` is whose, a public address."""

    def __init__(self, named: str) -> None:
        super().__init__(f"its configuration, which names another issuer than {SETTING}")
        self.named = named


class Metadata(BaseModel):
    """What is used of a configuration."""

    issuer: str
    authorization_endpoint: Address
    token_endpoint: Address
    jwks_uri: Address
    userinfo_endpoint: Address | None = None
    token_endpoint_auth_methods_supported: list[str] | None = None


class Keys(BaseModel):
    keys: list[dict[str, Any]]


async def configuration_of(http: httpx.AsyncClient, issuer: str) -> Metadata:
    """`issuer` as `clean_issuer` spells it; the configuration says how tokens write it. Raises Away."""
    request = http.build_request("GET", f"{issuer}{WELL_KNOWN}")
    found = parsed(Metadata, "its configuration", await ask(http, "its configuration", request))
    _check(found, issuer)
    return found


async def keys_of(http: httpx.AsyncClient, metadata: Metadata) -> KeySet:
    """Those that can check signatures; others, of kinds that are not known here yet say, are left out. Raises Away."""
    request = http.build_request("GET", metadata.jwks_uri)
    published = parsed(Keys, "its keys", await ask(http, "its keys", request))
    found = [one for key in published.keys if (one := _key(key))]
    if not found:
        raise Away("its keys, of which none can check a signature")
    return KeySet([key for one in found for key in one])


async def ask(
    http: httpx.AsyncClient, what: str, request: httpx.Request, auth: httpx.Auth | None = None
) -> httpx.Response:
    """Any answer, read within limits; raises Away."""
    try:
        return await send_within(http, request, SIGN_IN, auth)
    except AnswerTooLarge as error:
        raise Away(f"{what}: {error}") from None
    except TimeoutError:
        raise Away(f"{what}: the answer was not whole within {SIGN_IN.max_seconds:g} s") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Away(f"{what}: {cause_of(error)}") from None


def parsed(model: type[Answer], what: str, answer: httpx.Response) -> Answer:
    """Raises Away."""
    if answer.status_code != httpx.codes.OK:
        raise Away(f"{what}: it answered with the status {answer.status_code}")
    try:
        return model.model_validate_json(answer.content)
    except ValidationError as error:
        wrong = ", ".join(sorted({str(one["loc"][0]) for one in error.errors() if one["loc"]}))
        raise Away(f"{what}: not as OpenID Connect has it ({wrong or 'no JSON'})") from None


def clock_of(answer: httpx.Response) -> datetime | None:
    """What time it is by the clock of who answered."""
    try:
        told = parsedate_to_datetime(answer.headers["Date"])
    except (KeyError, ValueError):
        return None
    return told.replace(tzinfo=told.tzinfo or UTC)


def _check(metadata: Metadata, issuer: str) -> None:
    """Nobody else's configuration, and nothing of it in the clear; on this machine http does."""
    try:
        is_theirs = clean_issuer(metadata.issuer) == issuer
    except NotAnIssuer:
        is_theirs = False
    if not is_theirs:
        raise OtherIssuer(metadata.issuer)
    used = [metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri]
    used += [metadata.userinfo_endpoint] if metadata.userinfo_endpoint else []
    is_safe = all(one.startswith("https://") for one in used)
    if issuer.startswith("https://") and not is_safe:
        raise Away("its configuration, which names addresses without https")


def _key(published: Mapping[str, Any]) -> KeySet | None:
    # JSON's null is as good as no member.
    key = {name: value for name, value in published.items() if value is not None}
    # A secret that everybody can read proves nothing, and a key for encryption signs nothing.
    if key.get("kty") == "oct" or key.get("use", "sig") != "sig":
        return None
    try:
        return KeySet.import_key_set({"keys": [key]})
    except (JoseError, ValueError, TypeError, KeyError):
        return None
