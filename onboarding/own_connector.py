"""Whether Crosschq's own Lever connector is off: no vendor tells, so an admin is asked, and the audit remembers."""

from enum import StrEnum

from store.audits import Audits
from wiring import Parts


class ConnectorState(StrEnum):
    OFF = "off"
    ON = "on"


_WORDS = {
    ConnectorState.OFF: "said that Crosschq's own connector is off",
    ConnectorState.ON: "said that Crosschq's own connector is on",
}


async def say_connector_is(parts: Parts, connection_id: int, state: ConnectorState, who: str) -> None:
    """The last word counts."""
    async with parts.database.transaction() as session:
        Audits(session).of_connection(
            connection_id,
            who=who,
            what=_WORDS[state],
        )


async def connector_state(parts: Parts, connection_id: int) -> ConnectorState | None:
    """None as long as nobody has said."""
    async with parts.database.transaction() as session:
        said = await Audits(session).latest(connection_id, list(_WORDS.values()))
    return next((state for state, words in _WORDS.items() if said and said.what == words), None)
