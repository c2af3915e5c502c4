"""What is well and what is not, by the rules alone."""

import socket
import ssl
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from store.outages import why_not_written
from tests.webhook_gateway.senders import NOW
from webhook_gateway import health
from webhook_gateway.health import Finding, Part, PoolSeen, Since

GONE = "Prefect's API could not be asked: nothing listens there."
FINE = PoolSeen(is_paused=False, heartbeats=[NOW - timedelta(seconds=20)])


class Refused(Exception):  # noqa: N818 - as a driver's
    sqlstate = "53100"


class Limited(Exception):  # noqa: N818 - as a driver's; its connection is discarded, and was not cut
    sqlstate = "53400"


def not_valid(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError()
    error.verify_code = code
    return error


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (Refused(), "its disk is full"),
        (DBAPIError("INSERT a person's name", {}, Refused()), "its disk is full"),
        (TimeoutError(), "it does not answer in time"),
        (ConnectionRefusedError(), "it cannot be reached"),
        (NoConnectionFree("QueuePool limit"), "all our connections to it are in use"),
        (socket.gaierror(socket.EAI_NONAME, "db.test"), "it cannot be reached: no server has that name"),
        (not_valid(10), "it cannot be reached: its certificate has expired"),
        (asyncpg.ConnectionDoesNotExistError("db.test"), "it cut the connection"),
        (DBAPIError("SELECT", {}, Exception(), connection_invalidated=True), "it cut the connection"),
        (DBAPIError("SELECT", {}, asyncpg.IdleSessionTimeoutError()), "it cut the connection"),
        (DBAPIError("x", {}, Limited(), connection_invalidated=True), "it answers with an error (53400)"),
        (asyncpg.UndefinedColumnError("a person's name"), "it answers with an error (42703)"),
        (asyncpg.InterfaceError("a person's name"), "it could not be used"),
        (ValueError("a person's name"), "it could not be used"),
    ],
)
def test_a_failure_is_told_without_the_database_s_own_words(error: Exception, why: str) -> None:
    assert why_not_written(error) == why


@pytest.mark.parametrize(
    ("pool", "problem", "ok", "said"),
    [
        (
            FINE,
            "",
            (True, True, True),
            ("Prefect's API answers.", "The work pool takes runs.", "A worker is at work."),
        ),
        (
            None,
            GONE,
            (False, False, False),
            (f"Webhooks are recorded and wait: {GONE}", *["Not known, as Prefect does not tell."] * 2),
        ),
        (
            None,
            "",
            (True, False, False),
            (
                "Prefect's API answers, and has no work pool of ours.",
                "Prefect has no work pool of ours: run `make deploy`.",
                "Not known, as Prefect does not tell.",
            ),
        ),
        (
            PoolSeen(is_paused=True, heartbeats=[NOW - timedelta(minutes=3), NOW - timedelta(minutes=2)]),
            "",
            (True, False, False),
            (
                "Prefect's API answers.",
                "The work pool is paused, so that no flow runs: resume it in Prefect's UI.",
                "No worker has been heard of for 2 minutes: what comes in waits. Look at its log.",
            ),
        ),
        (
            PoolSeen(is_paused=False, heartbeats=[]),
            "",
            (True, True, False),
            (
                "Prefect's API answers.",
                "The work pool takes runs.",
                "No worker was ever there for the work pool: start one.",
            ),
        ),
    ],
)
def test_prefect_pool_and_worker(
    pool: PoolSeen | None, problem: str, ok: tuple[bool, ...], said: tuple[str, ...]
) -> None:
    found = [
        health.prefect(pool, problem),
        health.work_pool(pool, problem),
        health.worker(pool, problem, NOW),
    ]
    assert [one.says for one in found] == list(said)
    assert tuple(one.ok for one in found) == ok


@pytest.mark.parametrize(
    ("waited", "without_run", "finding"),
    [
        (None, 0, Finding(ok=True, says="Nothing waits for its flow run.")),
        (timedelta(seconds=60), 0, Finding(ok=True, says="Nothing waits for its flow run.")),
        (
            timedelta(seconds=61),
            0,
            Finding(ok=False, says="What came in has waited for its flow run for 1 minute."),
        ),
        (
            timedelta(days=2),
            3,
            Finding(ok=False, says="What came in has waited for its flow run for 2 days."),
        ),
        (None, 3, Finding(ok=False, says="Prefect has not taken the flow runs of 3 deliveries.")),
    ],
)
def test_the_dispatcher(waited: timedelta | None, without_run: int, finding: Finding) -> None:
    assert health.dispatcher(NOW - waited if waited else None, without_run, NOW) == finding


def test_the_disk() -> None:
    total = 100 * 1024**3
    assert health.disk(50 * 1024**3, total) == Finding(
        ok=True, says="50.0 GiB (50 %) of the data folder's disk are free."
    )
    assert health.disk(1024**3 - 1, total) == Finding(
        ok=False,
        says="Only 1.0 GiB (1 %) of the data folder's disk are free: make room before nothing can be recorded.",
    )
    assert not health.disk(0, 0).ok


def test_since_begins_anew_only_when_it_is_well_or_stops_being_so() -> None:
    since = Since()
    well, ill, otherwise = (
        Finding(ok=ok, says=says) for ok, says in ((True, "a"), (False, "b"), (False, "c"))
    )
    moments = [NOW + timedelta(minutes=number) for number in range(5)]
    shown = [
        since.show(Part.DISK, finding, at).since
        for finding, at in zip((well, well, ill, otherwise, well), moments, strict=True)
    ]
    assert shown == [moments[0], moments[0], moments[2], moments[2], moments[4]]
    assert since.show(Part.WORKER, well, moments[4]).since == moments[4]


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(seconds=59), "59 seconds"),
        (timedelta(seconds=119), "1 minute"),
        (timedelta(hours=23, minutes=59), "23 hours"),
        (timedelta(days=1), "1 day"),
    ],
)
def test_a_duration_in_words(duration: timedelta, words: str) -> None:
    assert health.in_words(duration) == words
