"""The self-test tries the documents of a provider of OpenID Connect over HTTP: configuration, issuer, keys, clock."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from onboarding.self_test.findings import Finding, Verdict, run
from onboarding.self_test.sign_in_checks import sign_in_checks
from tests.onboarding.proving import Room
from tests.pages.admin.office import with_oidc
from tests.pages.admin.provider import Provider
from tests.serving import AppAt, served
from wiring import Parts, utc_now

USELESS: list[dict[str, Any]] = [
    {"kty": "oct", "k": "c2VjcmV0", "kid": "shared"},
    {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA", "kid": "of tomorrow"},
    {"kty": "EC", "crv": "P-521", "x": "not", "y": "whole", "kid": "broken"},
    {"kty": "RSA", "n": "AQAB", "e": "AQAB", "use": "enc", "kid": "for encryption"},
    {"kid": "without a type"},
]


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    """On loopback."""
    made: list[Provider] = []

    def build(url: str) -> Starlette:
        made.append(Provider(url, "http://admin.test/sign-in/oidc/back"))
        return made[0].app

    async with served(AppAt(build)):
        yield made[0]


async def found(parts: Parts, issuer: str) -> Finding:
    settings = with_oidc(parts.settings, oidc_issuer=issuer)
    [one] = await run(sign_in_checks(replace(parts, settings=settings)))
    return one


async def test_without_a_provider_there_is_no_line(room: Room) -> None:
    assert sign_in_checks(room.parts) == []


@pytest.mark.parametrize("end", ["", "/", "/.well-known/openid-configuration"])
async def test_documents_that_can_be_used_are_well(room: Room, provider: Provider, end: str) -> None:
    provider.also_published = USELESS
    one = await found(room.parts, f"{provider.issuer}{end}")
    assert (one.verdict, one.do) == (Verdict.OK, "")
    assert one.says == f"The provider {provider.issuer} publishes its configuration and 1 usable key."


@pytest.mark.parametrize(
    ("named", "says", "do"),
    [
        ("https://sts.test/tenant/", "of another issuer: https://sts.test/tenant/.", "the one you trust"),
        ("https://id.test/{tenantid}/v2.0", "of another issuer, one for each tenant.", "your own tenant's"),
        ("x" * 1000, "of another issuer.", "the provider's own issuer"),
        ("https://id.test/\n", "of another issuer.", "the provider's own issuer"),
    ],
)
async def test_another_issuer_is_named(
    room: Room, provider: Provider, named: str, says: str, do: str
) -> None:
    provider.configuration = {"issuer": named}
    one = await found(room.parts, provider.issuer)
    assert (one.verdict, one.says.endswith(says), do in one.do) == (Verdict.WRONG, True, True)
    assert "CROSSCHQ_LEVER_OIDC_ISSUER" in one.do


@pytest.mark.parametrize(
    ("configuration", "says"),
    [
        ({"token_endpoint": None}, "not as OpenID Connect has it (token_endpoint)"),
        ({"jwks_uri": 7, "authorization_endpoint": []}, "(authorization_endpoint, jwks_uri)"),
    ],
)
async def test_a_configuration_that_is_not_whole_is_told_by_its_fields(
    room: Room, provider: Provider, configuration: dict[str, Any], says: str
) -> None:
    provider.configuration = configuration
    one = await found(room.parts, provider.issuer)
    assert (one.verdict, says in one.says) == (Verdict.WRONG, True)


async def test_keys_that_prove_nothing_are_told(room: Room, provider: Provider) -> None:
    provider.also_published, provider.publishes_its_key = USELESS, False
    one = await found(room.parts, provider.issuer)
    assert (one.verdict, "its keys, of which none can check a signature" in one.says) == (Verdict.WRONG, True)


async def test_no_provider_there_is_told_with_the_address_to_try(room: Room, provider: Provider) -> None:
    one = await found(room.parts, f"{provider.issuer}/elsewhere")
    assert (one.verdict, "the status 404" in one.says) == (Verdict.WRONG, True)
    assert f"Open {provider.issuer}/elsewhere/.well-known/openid-configuration in a browser" in one.do
    nobody = await found(room.parts, "http://127.0.0.1:9")
    assert (nobody.verdict, "nothing listens there" in nobody.says) == (Verdict.WRONG, True)


@pytest.mark.parametrize(("minutes", "which"), [(10, "ahead of"), (-10, "behind")])
async def test_a_clock_that_is_off_is_told(room: Room, provider: Provider, minutes: int, which: str) -> None:
    parts = replace(room.parts, now=lambda: utc_now() + timedelta(minutes=minutes))
    one = await found(parts, provider.issuer)
    assert (one.verdict, f" s {which} the provider's" in one.says) == (Verdict.WRONG, True)
