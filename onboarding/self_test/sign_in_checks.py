"""Whether the OpenID Connect provider's documents can be used: its configuration and keys; and its clock."""

from datetime import timedelta
from functools import partial

from cleaning.issuer import WELL_KNOWN
from onboarding.self_test.findings import Check, Group, Told, check, ok, wrong
from outbound.openid import SETTING, Away, OtherIssuer, ask, clock_of, configuration_of, keys_of
from wiring import Parts

MOST_SKEW = timedelta(seconds=60)
"""As much as an ID token's times may be off."""


def sign_in_checks(parts: Parts) -> list[Check]:
    """None without a provider."""
    issuer = parts.settings.oidc_issuer
    return (
        [check(Group.OWN, "Sign-in by OpenID Connect", partial(_provider, parts, issuer))] if issuer else []
    )


async def _provider(parts: Parts, issuer: str) -> Told:
    where = f"{issuer}{WELL_KNOWN}"
    try:
        metadata = await configuration_of(parts.web, issuer)
        keys = await keys_of(parts.web, metadata)
        theirs = clock_of(await ask(parts.web, "its clock", parts.web.build_request("GET", where)))
    except OtherIssuer as error:
        return _other_issuer(where, error.named)
    except Away as error:
        return wrong(
            f"Nobody can sign in by OpenID Connect: the provider did not give {error}.",
            f"Open {where} in a browser; if that works, look at this machine's network, else correct {SETTING}.",
        )
    ahead = parts.now() - theirs if theirs else timedelta(0)
    if abs(ahead) > MOST_SKEW:
        which = "ahead of" if ahead > timedelta(0) else "behind"
        seconds = round(abs(ahead).total_seconds())
        return wrong(
            f"Our clock is {seconds} s {which} the provider's: what it says of who signs in may be refused.",
            "Let NTP set this machine's clock.",
        )
    number = len(keys.keys)
    usable = f"{number} usable key{'s' if number > 1 else ''}"
    return ok(f"The provider {metadata.issuer} publishes its configuration and {usable}.")


def _other_issuer(where: str, named: str) -> Told:
    says = f"Nobody can sign in by OpenID Connect: {where} is the configuration of another issuer"
    if "{" in named:
        return wrong(f"{says}, one for each tenant.", f"Write your own tenant's issuer into {SETTING}.")
    if not (named.isprintable() and len(named) <= 200):
        return wrong(f"{says}.", f"Write the provider's own issuer into {SETTING}.")
    return wrong(f"{says}: {named}.", f"If that is the one you trust, write it into {SETTING}.")
