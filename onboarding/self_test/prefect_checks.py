"""Whether Prefect's server answers, has our deployments, and a worker is there to run them. Only reads.

https://docs.prefect.io/v3/api-ref/rest-api: GETs, which need no CSRF token.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from typing import Any

import httpx

from onboarding.self_test.findings import Check, Group, Told, check, not_seen, ok, wrong
from outbound.causes import cause_of
from outbound.transport import BadStatus, CallFailed
from wiring import Parts

DEPLOYMENTS = (
    "reference-request/stage-change",
    "reference-request/crosschq-update",
    "hiring-followup/due",
    "hiring-outcome/news",
    "candidate-erasure/deleted",
    "prospect-export/all-existing",
    "prospect-export/new",
    "reconcile/own-work",
    "reconcile/lever",
    "reconcile/crosschq",
    "reconcile/deletions",
)
"""All of prefect.yaml."""

SCHEDULED = tuple(name for name in DEPLOYMENTS if name.startswith("reconcile/"))
"""Those that nothing but a schedule starts, for every connection."""

QUEUE = "default"
"""The one of its pool in which a deployment's runs wait where none is named, as in prefect.yaml."""

DEPLOY = "Run `make deploy`, which registers them all."


class NoPrefect(Exception):  # noqa: N818 - says what was found
    """The message is a sentence."""


def prefect_checks(parts: Parts) -> list[Check]:
    return [
        check(Group.OWN, "Prefect's server", partial(_server, parts)),
        check(Group.OWN, "Deployments", partial(_deployments, parts)),
        check(Group.OWN, "Worker", partial(_worker, parts)),
    ]


async def _server(parts: Parts) -> Told:
    try:
        async with _prefect(parts) as prefect:
            version = await _read(prefect, "/admin/version")
    except NoPrefect as error:
        return wrong(
            f"{error} Webhooks are recorded, and nothing is done about them until it is there.",
            "Start Prefect's server, and check the settings prefect_api_url and prefect_auth_string.",
        )
    return ok(f"Prefect's server answers (version {str(version)[:30]}).")


async def _deployments(parts: Parts) -> Told:
    missing, paused, idle = [], [], []
    try:
        async with _prefect(parts) as prefect:
            for name in DEPLOYMENTS:
                found = await _read(prefect, f"/deployments/name/{name}")
                if not isinstance(found, dict):
                    missing.append(name)
                elif found.get("paused"):
                    paused.append(name)
                elif name in SCHEDULED and not any(one["active"] for one in found["schedules"]):
                    idle.append(name)
    except NoPrefect as error:
        return _could_not_look(error)
    if missing:
        return wrong(f"Prefect lacks deployments: {', '.join(missing)}.", DEPLOY)
    if paused:
        return wrong(
            f"Paused in Prefect, so that their schedules start nothing: {', '.join(paused)}.",
            "Resume them in Prefect's UI, unless somebody meant it so.",
        )
    if idle:
        return wrong(
            f"No schedule is on in Prefect for {', '.join(idle)}: what no webhook told of stays unseen.",
            "Switch its schedule on in Prefect's UI, or add one.",
        )
    return ok(f"Prefect has all {len(DEPLOYMENTS)} deployments.")


async def _worker(parts: Parts) -> Told:
    pool = parts.settings.work_pool
    try:
        async with _prefect(parts) as prefect:
            found = await _read(prefect, f"/work_pools/{pool}")
            queue = await _read(prefect, f"/work_pools/{pool}/queues/{QUEUE}")
    except NoPrefect as error:
        return _could_not_look(error)
    if not isinstance(found, dict):
        return wrong(f"Prefect has no work pool '{pool}'.", DEPLOY)
    if found.get("is_paused"):
        return wrong(f"The work pool '{pool}' is paused, so that no flow runs.", "Resume it in Prefect's UI.")
    if isinstance(queue, dict) and queue.get("is_paused"):
        return wrong(
            f"The queue '{QUEUE}' of the work pool '{pool}' is paused, so that no flow runs.",
            "Resume it in Prefect's UI.",
        )
    if found.get("status") != "READY":
        return wrong(
            f"No live worker serves the work pool '{pool}': what comes in waits.",
            "Start it (`make up` starts all), or look at the worker's log.",
        )
    return ok(f"A live worker serves the work pool '{pool}'.")


@asynccontextmanager
async def _prefect(parts: Parts) -> AsyncIterator[httpx.AsyncClient]:
    settings = parts.settings
    user, _, password = settings.prefect_auth_string.get_secret_value().partition(":")
    async with httpx.AsyncClient(base_url=settings.api_url, auth=(user, password), timeout=10) as client:
        yield client


async def _read(prefect: httpx.AsyncClient, path: str) -> Any:  # noqa: ANN401 - JSON
    """None where there is no such thing. Raises NoPrefect."""
    try:
        answer = await prefect.get(path)
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return None
        if answer.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise NoPrefect("Prefect does not accept our user and password (prefect_auth_string).")
        return answer.raise_for_status().json()
    except BadStatus as error:
        raise NoPrefect(f"Prefect answered {error.response.status_code}.") from None
    except CallFailed as error:
        raise NoPrefect(f"No Prefect server answers at {prefect.base_url}: {cause_of(error).seen}.") from None
    except ValueError:
        raise NoPrefect(f"What answers at {prefect.base_url} is not Prefect's API.") from None


def _could_not_look(error: NoPrefect) -> Told:
    """The server's own check says that it is wrong."""
    return not_seen(
        f"This could not be looked at. {error}", "See to Prefect's server first, then check again."
    )
