"""Whether all that is encrypted can be decrypted, which secret key may go, and whether tokens are long enough."""

from functools import partial

from onboarding.endpoint_tokens import short_tokens, title_of
from onboarding.fields import SHORTEST_TOKEN
from onboarding.saving import readable_tokens
from onboarding.self_test.findings import Check, Group, Told, check, ok, to_know, wrong
from store.connection_rows import ConnectionRows
from store.sealed_columns import count_usage
from store.secret_key_ages import replaced_keys
from store.secret_key_report import ROTATE, SETTING, KeyReport
from wiring import Parts


def secret_keys_checks(parts: Parts, stored: ConnectionRows) -> list[Check]:
    return [
        check(Group.OWN, "Secret keys", partial(_secret_keys, parts)),
        check(Group.OWN, "Webhook tokens", partial(_tokens, parts, stored)),
    ]


async def _secret_keys(parts: Parts) -> Told:
    """Of the whole installation; without decrypting, as that takes long for many rows."""
    usages = await count_usage(parts.database, parts.vault, tries_unnamed=False)
    async with parts.database.transaction() as session:
        report = KeyReport.of(parts.vault, usages, await replaced_keys(session))
    if report.problems:
        return wrong(
            " ".join(report.problems),
            f"Put it back at the end of {SETTING}, start anew, and run {ROTATE} before you take it out again.",
        )
    if report.still_needed:
        return to_know(" ".join(report.still_needed), f"Run {ROTATE} before you take it out.")
    if report.unnamed and len(report.held) > 1:
        return to_know(
            f"{report.unnamed} rows were encrypted by an earlier release, which did not note under which key.",
            f"Run {ROTATE} before you take a key out.",
        )
    if report.may_go and report.overdue(parts.now()):
        return to_know(
            " ".join(report.may_go),
            f"Take it out of {SETTING} and start anew: whoever gets hold of it can read old dumps and backups. Keep it "
            "with the backups of its day, if you want to restore them.",
        )
    return ok(" ".join(["All that names its key can be decrypted.", *report.may_go]))


async def _tokens(parts: Parts, stored: ConnectionRows) -> Told:
    """Those that people choose: stored before there was a shortest length."""
    short = short_tokens(stored.endpoints, parts.vault, parts.now())
    if short:
        return to_know(
            f"Too short: {', '.join(short)} accepts a token with fewer than {SHORTEST_TOKEN} characters.",
            "Store a long random one on the connection's page and at the vendor, then forget the previous one.",
        )
    told = [f"The webhook tokens have {SHORTEST_TOKEN} characters or more."]
    for one in stored.endpoints:
        tokens = readable_tokens(one, parts.vault)
        if tokens.previous(parts.now()):
            told.append(
                f"{title_of(one)} takes its previous token until {tokens.good_until:%d %B %Y, %H:%M} UTC."
            )
    return ok(" ".join(told))
