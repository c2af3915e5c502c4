"""`crosschq-lever prospects` and `prospects list`: numbers, ids and reasons. Shows nobody's data, changes nothing."""

import typer

from cli.one_connection import NoSuchConnection, connection_called
from cli.tables import console, table_of
from hiring.export_pace import duration_in_words
from store.prospect_overview import ConnectionProspects, Progress, overview
from store.prospect_tables import ProspectState
from store.prospects import Prospects
from wiring import open_parts

_COLUMNS = {
    "Waiting": (ProspectState.WAITING,),
    "In Lever by us": (ProspectState.LINKED,),
    "There before": (ProspectState.EXISTING,),
    "Failed": (ProspectState.FAILED,),
    "Withdrawn": (ProspectState.WITHDRAWING, ProspectState.WITHDRAWN),
    "Deleted in Lever": (ProspectState.GONE,),
}


async def run_overview() -> None:
    """A row per connection."""
    async with open_parts() as parts, parts.database.transaction() as session:
        rows = await overview(session)
    table = table_of("Number", "Name", "Existing", "New", *_COLUMNS, "How far")
    for row in rows:
        counts = [sum(row.counts.get(state, 0) for state in states) for states in _COLUMNS.values()]
        table.add_row(
            str(row.connection.id), row.connection.name, *_switches(row), *map(str, counts), _how_far(row)
        )
    console.print(table)


async def run_list(name_or_number: str, state: str | None, limit: int) -> int:
    """The newest first; 1 for an unknown connection."""
    states = [ProspectState(state)] if state else list(ProspectState)
    try:
        async with open_parts() as parts, parts.database.transaction() as session:
            connection = await connection_called(session, name_or_number)
            rows = await Prospects(session, connection.id).listed(states, limit)
    except NoSuchConnection as error:
        typer.echo(str(error), err=True)
        return 1
    table = table_of("Prospect", "State", "Reason", "Opportunity", "Ended (UTC)")
    for row in rows:
        ended = f"{row.ended_at:%Y-%m-%d %H:%M:%S}" if row.ended_at else ""
        table.add_row(row.crosschq_id, row.state.value, row.reason or "", row.opportunity_id or "", ended)
    console.print(table)
    return 0


def _switches(row: ConnectionProspects) -> tuple[str, str]:
    if row.settings is None:
        return "off", "off"
    since = row.settings.new_since
    new = f"on, since {since:%Y-%m-%d %H:%M} UTC" if row.settings.export_new and since else "off"
    return "on" if row.settings.export_existing else "off", new


def _how_far(row: ConnectionProspects) -> str:
    said = _progress(row.progress)
    if row.connection.paused_because:
        return f"{said}; paused: {row.connection.paused_because}"
    return said


def _progress(progress: Progress) -> str:
    if not progress.total:
        return "none met yet"
    words = [f"{progress.done:,} of {progress.total:,} done"]
    if progress.rate and progress.left and progress.done < progress.total:
        words += [f"{progress.rate:.1f} a second", f"{duration_in_words(progress.left)} left"]
    if not progress.is_read:
        words.append("Crosschq's list is not read to its end")
    return ", ".join(words)
