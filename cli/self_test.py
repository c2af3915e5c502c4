"""`crosschq-lever test CONNECTION`: every check's finding in words, the wrong ones first. Decides nothing itself."""

import json
from collections.abc import Sequence
from dataclasses import asdict

import typer

from cli.one_connection import NoSuchConnection, connection_called
from cli.who import who
from onboarding.own_connector import ConnectorState, say_connector_is
from onboarding.self_test.findings import Finding, Verdict, ordered
from onboarding.self_test.testing import self_test
from store.connection_rows import ConnectionRows, find_rows
from wiring import Parts, open_parts

_MARKS = {Verdict.WRONG: "✗", Verdict.NOT_SEEN: "…", Verdict.TO_KNOW: "•", Verdict.OK: "✓"}


async def run_self_test(connection: str, own_connector: str | None, *, as_json: bool) -> int:
    """1 when something is wrong, or there is no such connection."""
    async with open_parts() as parts:
        stored = await _stored(parts, connection)
        if stored is None:
            return 1
        if own_connector is not None:
            await say_connector_is(parts, stored.connection.id, ConnectorState(own_connector), who())
        findings = await self_test(parts, stored)
    groups = ordered(findings)
    in_order = [one for group in groups.values() for one in group]
    typer.echo(_json(in_order) if as_json else _words(stored, in_order))
    return int(any(one.verdict is Verdict.WRONG for one in findings))


async def _stored(parts: Parts, connection: str) -> ConnectionRows | None:
    try:
        async with parts.database.transaction() as session:
            found = await connection_called(session, connection)
    except NoSuchConnection as error:
        typer.echo(str(error), err=True)
        return None
    return await find_rows(parts.database, found.id)


def _json(findings: Sequence[Finding]) -> str:
    return json.dumps([asdict(one) for one in findings], indent=2, ensure_ascii=False)


def _words(stored: ConnectionRows, findings: Sequence[Finding]) -> str:
    lines, group = [f"Self-test of '{stored.connection.name}':"], None
    for one in findings:
        if one.group is not group:
            group = one.group
            lines += ["", group.value]
        lines.append(f"  {_MARKS[one.verdict]} {one.verdict.label}: {one.title}. {one.says}")
        if one.do:
            lines.append(f"      {one.do}")
    numbers = [
        f"{sum(one.verdict is verdict for one in findings)} {verdict.label.lower()}" for verdict in Verdict
    ]
    return "\n".join([*lines, "", ", ".join(numbers) + "."])
