"""The self-test of one connection: all checks of all nouns, run at once."""

from onboarding.self_test.crosschq_checks import crosschq_checks
from onboarding.self_test.findings import TIME_LIMIT, Finding, Group, run, wrong
from onboarding.self_test.lever_checks import lever_checks
from onboarding.self_test.own_checks import own_checks
from onboarding.self_test.scene import open_scene
from onboarding.self_test.secret_keys_checks import secret_keys_checks
from onboarding.self_test.sign_in_checks import sign_in_checks
from onboarding.self_test.template_checks import template_checks
from onboarding.self_test.webhooks_checks import webhooks_checks
from store.connection_rows import ConnectionRows
from store.vault import VaultError
from wiring import Parts


async def self_test(parts: Parts, stored: ConnectionRows, time_limit: float = TIME_LIMIT) -> list[Finding]:
    """What every check found. Only reads, at both vendors and here; `time_limit` is in seconds, for each check."""
    own = [*own_checks(parts, stored), *secret_keys_checks(parts, stored), *sign_in_checks(parts)]
    try:
        async with open_scene(parts, stored) as scene:
            vendors = [
                *lever_checks(scene),
                *crosschq_checks(scene),
                *webhooks_checks(scene),
                *template_checks(scene),
            ]
            return await run([*vendors, *own], time_limit)
    except VaultError:
        lost = wrong(
            "The stored API keys cannot be decrypted: the key they were encrypted with is not in secret_keys.",
            "Put that key back into CROSSCHQ_LEVER_SECRET_KEYS, or save the connection anew with its API keys.",
        )
        return [Finding(Group.LEVER, "API key", *lost), *await run(own, time_limit)]
