"""Registers the automations of automations.yaml with Prefect, and leaves what admins made of them alone.

An automation is the file's as long as Prefect shows it as the last deploy left it: then the next one may renew it, or
take it away when nobody is to be told any more. Edited, switched off or deleted in Prefect, it is the admins' and is
never touched or made again. What was left, and that it ever was, stands in the Prefect variable
`crosschq_lever_automations` by the automation's name: take the name out of it, and delete the automation, to get the
file's again.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from string import Template
from typing import Any

import httpx
import yaml

from deployments.automations_to_whom import ToWhom, ensure_blocks
from deployments.prefect_api import checked, every
from settings import PREFIX, Settings

FILE = Path(__file__).with_name("automations.yaml")
VARIABLE = "crosschq_lever_automations"
NOT_AN_ADMINS = {"id", "created", "updated"}
"""Prefect's own, in an automation and in its triggers."""

Automation = dict[str, Any]
Record = dict[str, list[str]]
"""By name: the fingerprints of what the file wanted and of what Prefect then showed."""


async def register_automations(api: httpx.AsyncClient, settings: Settings, file: Path = FILE) -> str:
    """Does all of it, again and again to the same end; what is so now, in a line. Raises PrefectApiError."""
    to_whom = await ensure_blocks(api, settings)
    wanted = wanted_automations(settings, to_whom, file)
    there = {one["name"]: one for one in await every(api, "/automations/filter")}
    record = await _record(api)
    kept = [name for name in record if name not in there or _fingerprint(there[name]) != record[name][1]]
    for name in record.keys() - wanted.keys() - set(kept):
        checked(await api.delete(f"/automations/{there.pop(name)['id']}"))
        del record[name]
    for name, automation in wanted.items():
        if name in there and name not in record:
            kept.append(name)
        elif name not in kept:
            record[name] = await _ensure(api, automation, there.get(name), record.get(name))
    await _remember(api, record)
    return _told(wanted, kept)


def wanted_automations(settings: Settings, to_whom: ToWhom, file: Path = FILE) -> dict[str, Automation]:
    """The file's, by name, as Prefect's API takes them; none when nobody is to be told."""
    values = {"work_pool": settings.work_pool, "prefect": settings.api_url.removesuffix("/api")}
    if not to_whom.actions("", ""):
        return {}
    described: list[Automation] = _filled_in(yaml.safe_load(file.read_text())["automations"], values)
    return {one["name"]: _as_prefect_takes_it(one, to_whom) for one in described}


def _as_prefect_takes_it(described: Automation, to_whom: ToWhom) -> Automation:
    actions = to_whom.actions(described["subject"], described["message"])
    return {key: described[key] for key in ("name", "description", "trigger")} | {"actions": actions}


def _filled_in(described: Any, values: dict[str, str]) -> Any:  # noqa: ANN401 - whatever YAML holds
    match described:
        case dict():
            return {key: _filled_in(value, values) for key, value in described.items()}
        case list():
            return [_filled_in(one, values) for one in described]
        case str():
            return Template(described).substitute(values)
    return described


async def _ensure(
    api: httpx.AsyncClient, wanted: Automation, there: Automation | None, before: list[str] | None
) -> list[str]:
    if there is None:
        there = checked(await api.post("/automations/", json=wanted)).json()
    elif before is None or before[0] != _fingerprint(wanted):
        checked(await api.put(f"/automations/{there['id']}", json=wanted))
        there = checked(await api.get(f"/automations/{there['id']}")).json()
    return [_fingerprint(wanted), _fingerprint(there)]


def _fingerprint(automation: Automation) -> str:
    text = json.dumps(_without_ids(automation), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _without_ids(part: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    match part:
        case dict():
            return {key: _without_ids(value) for key, value in part.items() if key not in NOT_AN_ADMINS}
        case list() if all(isinstance(one, str) for one in part):
            return sorted(part)  # sets of Prefect's, in any order
        case list():
            return [_without_ids(one) for one in part]
    return part


async def _record(api: httpx.AsyncClient) -> Record:
    answer = await api.get(f"/variables/name/{VARIABLE}")
    if answer.status_code == httpx.codes.NOT_FOUND:
        return {}
    return dict(checked(answer).json()["value"])


async def _remember(api: httpx.AsyncClient, record: Record) -> None:
    path = f"/variables/name/{VARIABLE}"
    answer = await api.patch(path, json={"value": record})
    if answer.status_code != httpx.codes.NOT_FOUND:
        checked(answer)
    elif record:
        checked(await api.post("/variables/", json={"name": VARIABLE, "value": record}))


def _told(wanted: dict[str, Automation], kept: Iterable[str]) -> str:
    mine = sorted(kept)
    stays = f" Left as they are in Prefect, changed or deleted there: {', '.join(mine)}." if mine else ""
    if not wanted:
        settings = f"{PREFIX}NOTIFY_WEBHOOK_URL nor {PREFIX}NOTIFY_EMAIL"
        return f"Automations: nobody is told of failures, as neither {settings} is set.{stays}"
    return f"Automations: {len(wanted.keys() - set(mine))} of {len(wanted)} are registered.{stays}"
