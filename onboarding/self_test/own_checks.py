"""Whether this installation itself is well: its connection, database, mail server and clock. Sends nothing."""

from dataclasses import replace
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from time import monotonic

from sqlalchemy import text

from deployments.database_connections import Share, on_our_server, total
from mail.addresses import UnusableAddress
from mail.sending import try_out
from onboarding.self_test.findings import Check, Group, Told, check, not_seen, ok, to_know, wrong
from onboarding.self_test.prefect_checks import prefect_checks
from outbound.causes import cause_of
from outbound.errors import CredentialsRefused, VendorError
from outbound.transport import CallFailed
from store.connection_rows import ConnectionRows
from store.database import DATABASE_ERRORS
from store.heartbeats import beat
from store.outages import why_not_written
from store.requests_per_hour import RequestsPerHour
from wiring import Parts

MAIL_SECONDS = 10.0
"""For each answer of the mail server."""
MOST_SKEW = timedelta(seconds=30)
"""Whether a move came before or after a request is told by two clocks."""

_CONNECTIONS_TAKEN = text(
    "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
    " - coalesce(current_setting('reserved_connections', true)::int, 0)"
)
"""The second reserve is there since PostgreSQL 16."""


def own_checks(parts: Parts, stored: ConnectionRows) -> list[Check]:
    return [
        check(Group.OWN, "Connection", partial(_connection, stored)),
        check(Group.OWN, "Most requests an hour", partial(_most_per_hour, parts, stored)),
        check(Group.OWN, "Database", partial(_database, parts)),
        check(Group.OWN, "Database connections", partial(_database_connections, parts)),
        check(Group.OWN, "Mail server", partial(_mail_server, parts)),
        *prefect_checks(parts),
        check(
            Group.OWN,
            "Clock, by Lever's",
            partial(_clock, parts, "Lever", f"{stored.connection.lever_url}/stages"),
        ),
        check(
            Group.OWN,
            "Clock, by Crosschq's",
            partial(_clock, parts, "Crosschq", stored.connection.crosschq_url),
        ),
    ]


async def _connection(stored: ConnectionRows) -> Told:
    connection = stored.connection
    if connection.paused_because:
        return wrong(
            f"The connection is paused: {connection.paused_because}",
            "Put that right, then press 'Resume' on the connection's page, or save its settings: its deliveries go on.",
        )
    if connection.is_shadow:
        return to_know(
            "The connection is in shadow mode: it reads and decides, says in the list of deliveries what it would do, "
            "and writes nothing.",
            "To go live, switch Shadow mode off in its settings (in its file: shadow = false).",
        )
    return ok(f"The connection is live for what happens since {connection.live_since:%Y-%m-%d %H:%M} UTC.")


async def _most_per_hour(parts: Parts, stored: ConnectionRows) -> Told:
    most = stored.connection.most_per_hour
    if most is None:
        return ok("None is set: as many requests are sent as candidates are moved.")
    async with parts.database.transaction() as session:
        sent = (await RequestsPerHour(session).lately(stored.connection)).number
    return ok(f"{most} at most, then the connection pauses for a person. Within the last hour: {sent}.")


async def _database(parts: Parts) -> Told:
    """By a write that is taken back: a server that was demoted, or has no disk left, answers reads for ever."""
    began = monotonic()
    try:
        async with parts.database.transaction() as session:
            await beat(session, "self-test")
            await session.rollback()
    except DATABASE_ERRORS as error:
        return wrong(
            f"Our database takes nothing that is to be written: {why_not_written(error)}.",
            "See to the database; webhooks are answered 503 meanwhile, and Lever sends them again.",
        )
    return ok(f"Our database takes what is written, in {1000 * (monotonic() - began):.0f} ms.")


async def _database_connections(parts: Parts) -> Told:
    """Whether the server takes as many as all our pools may open under load."""
    async with parts.database.transaction() as session:
        taken = await session.scalar(_CONNECTIONS_TAKEN)
    return told_connections(taken or 0, on_our_server(parts.settings))


def told_connections(taken: int, shares: list[Share]) -> Told:
    most = total(shares)
    if most <= taken:
        return ok(f"PostgreSQL takes {taken} connections, and we open {most} at most.")
    parties = ", ".join(f"{share.who} {share.most}" for share in shares)
    return to_know(
        f"PostgreSQL takes {taken} connections, and under load we may open {most} ({parties}): then some are refused.",
        f"Raise max_connections by {most - taken} or more, and restart PostgreSQL.",
    )


async def _mail_server(parts: Parts) -> Told:
    """Connects, encrypts and signs in as for a letter, and hands none over."""
    server = parts.mail_server
    if server is None:
        return wrong(
            "No mail server is set, so nobody is asked whether a candidate was hired.",
            "Set CROSSCHQ_LEVER_SMTP_HOST and the settings beside it, then start anew.",
        )
    where = f"{server.host}:{server.port}"
    try:
        await try_out(replace(server, timeout=MAIL_SECONDS))
    except UnusableAddress as error:
        return wrong(
            f"No letter can be sent, because of its sender: {error}.",
            "Set CROSSCHQ_LEVER_MAIL_FROM to an address of your company's, then start anew.",
        )
    except CredentialsRefused:
        return wrong(
            f"The mail server {where} does not accept our user and password.",
            "Correct CROSSCHQ_LEVER_SMTP_USER and CROSSCHQ_LEVER_SMTP_PASSWORD, then start anew.",
        )
    except VendorError as error:
        what, _, to_do = error.message.partition("; ")
        return wrong(f"The mail server {where} is of no use to us: {what}.", _sentence(to_do))
    return ok(f"The mail server {where} answers, lets us in, and takes our sender.")


def _sentence(clause: str) -> str:
    return f"{clause[:1].upper()}{clause[1:]}, then start anew."


async def _clock(parts: Parts, vendor: str, url: str) -> Told:
    """By the Date header of an answer, whatever it says otherwise: it is asked without a key."""
    try:
        answer = await parts.web.get(url, timeout=10)
        told = parsedate_to_datetime(answer.headers["Date"])
    except CallFailed as error:
        return not_seen(f"{vendor} did not answer: {cause_of(error)}.", "Then run the self-test again.")
    except (KeyError, ValueError):
        return not_seen(
            f"{vendor}'s answer does not say what time it is.", "See whether NTP runs on this machine."
        )
    return told_skew(vendor, parts.now() - told.replace(tzinfo=told.tzinfo or UTC))


def told_skew(vendor: str, ahead: timedelta) -> Told:
    """`ahead` is by how much our clock is before theirs; a header is a second late at most."""
    seconds = round(abs(ahead).total_seconds())
    if abs(ahead) <= MOST_SKEW:
        return ok(f"Our clock and {vendor}'s differ by {seconds} s or less.")
    which = "ahead of" if ahead > timedelta(0) else "behind"
    return wrong(
        f"Our clock is {seconds} s {which} {vendor}'s: moves may be taken for older or newer than they are.",
        "Let NTP set this machine's clock.",
    )
