"""`crosschq-lever keys`: which secret key is needed by what, and encrypting anew. Prints fingerprints, never a key."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict

import typer

from cli.who import who
from hiring.local_days import local_day_in_words
from settings import Settings
from store.audits import Audits
from store.database import FLOW_RUN, Database
from store.key_ring import KeyRings, refresh_ring
from store.migrate import migrate
from store.sealed_columns import count_usage, reseal_all
from store.secret_key_ages import replaced_keys
from store.secret_key_report import ROTATE, KeyReport
from store.vault import KeyPurpose, Vault
from wiring import open_parts

SUBJECT = "secret keys"
"""Of the audit's rows."""


async def run_migrate(settings: Settings) -> None:
    """Brings the schema up to date, and makes the lasting keys before anybody needs them."""
    await migrate(settings.store_url)
    async with _opened(settings) as (database, vault), database.transaction() as session:
        await refresh_ring(vault, session)


async def run_status(settings: Settings, *, as_json: bool) -> int:
    """1 when a key is missing."""
    async with _opened(settings) as (database, vault):
        report = await _report(database, vault)
    typer.echo(_json(report) if as_json else _words(report))
    return int(bool(report.missing))


async def run_rotate(settings: Settings, *, as_json: bool) -> int:
    """1 when something is left that needs an older key, or a missing one."""
    async with _opened(settings) as (database, vault):
        resealed = await reseal_all(database, vault)
        report = await _report(database, vault)
        number = sum(one.done for one in resealed)
        async with database.transaction() as session:
            what = f"encrypted {number} rows anew under the key {vault.fingerprints[0]}"
            Audits(session).add(who=who(), what=what, subject=SUBJECT)
    if as_json:
        told = {"resealed": [asdict(one) for one in resealed], **_as_dict(report)}
        typer.echo(json.dumps(told, indent=2, default=str))
    else:
        for one in resealed:
            changed = f", {one.changed} changed meanwhile" if one.changed else ""
            lost = f", {one.lost} cannot be decrypted" if one.lost else ""
            typer.echo(f"  {one.title}: {one.done} encrypted anew{changed}{lost}")
        typer.echo(_words(report))
        if report.still_needed:
            typer.echo(
                "A running process still encrypts under an older key: restart all of them with the newest key in "
                "front, then rotate again."
            )
    return int(bool(report.missing or report.still_needed))


async def run_revoke_links(why: str, *, as_json: bool) -> None:
    async with open_parts() as parts, parts.database.transaction() as session:
        await KeyRings(session, parts.vault).revoke(KeyPurpose.ANSWER_LINKS)
        Audits(session).add(who=who(), what="revoked all answer links", subject=SUBJECT, why=why)
    words = (
        "Every answer link mailed so far is void, within a minute in running processes. Later mails hold new ones; "
        "to ask somebody anew now: `crosschq-lever follow-ups`."
    )
    typer.echo(json.dumps({"done": "revoked"}) if as_json else words)


async def run_forget_lost(settings: Settings, why: str, *, as_json: bool) -> None:
    async with _opened(settings) as (database, vault), database.transaction() as session:
        lost = await KeyRings(session, vault).forget_lost()
        if lost:
            what = f"replaced {len(lost)} lasting keys that could not be decrypted"
            Audits(session).add(who=who(), what=what, subject=SUBJECT, why=why)
    told = [one.value for one in lost]
    typer.echo(json.dumps({"replaced": told}) if as_json else _forgotten(lost))


def _forgotten(lost: list[KeyPurpose]) -> str:
    if not lost:
        return "Every lasting key can be decrypted: nothing was changed."
    lines = [f"Replaced: {len(lost)} lasting keys. Restart all processes."]
    if KeyPurpose.BLIND_INDEX in lost:
        lines.append(
            "Who was erased under a replaced key is not known again: webhooks about them are recorded like others, and "
            "prospects met before may be made leads once more if Lever does not know their address."
        )
    if KeyPurpose.ANSWER_LINKS in lost:
        lines.append("Answer links that were signed with a replaced key are void.")
    return "\n".join(lines)


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[Database, Vault]]:
    """Without the lasting keys, which may be what is lost."""
    vault = Vault.from_setting(settings.secret_keys.get_secret_value())
    database = Database(settings.store_url, pool=FLOW_RUN)
    try:
        yield database, vault
    finally:
        await database.close()


async def _report(database: Database, vault: Vault) -> KeyReport:
    usages = await count_usage(database, vault, tries_unnamed=True)
    async with database.transaction() as session:
        return KeyReport.of(vault, usages, await replaced_keys(session))


def _as_dict(report: KeyReport) -> dict[str, object]:
    return {
        "held": [asdict(one) for one in report.held],
        "missing": [asdict(one) for one in report.missing],
        "may_go": [one.position for one in report.held[1:] if not one.rows],
    }


def _json(report: KeyReport) -> str:
    return json.dumps(_as_dict(report), indent=2, default=str)


def _words(report: KeyReport) -> str:
    lines = [
        f"Key {one.position} ({one.fingerprint}{', encrypts' if one.position == 1 else ''}): "
        f"{one.what or 'needed by nothing stored here'}"
        f"{f'; replaced on {local_day_in_words(one.replaced_at)}' if one.replaced_at else ''}"
        for one in report.held
    ]
    lines += report.problems
    if report.problems:
        lines.append(
            f"Put it back at the end of the setting, then run {ROTATE}; what it encrypted is lost without it."
        )
    if report.still_needed:
        lines.append(f"An older key is still needed: run {ROTATE} before you take it out.")
    return "\n".join([*lines, *report.may_go])
