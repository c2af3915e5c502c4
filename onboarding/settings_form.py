"""Stores what an admin says in the settings form of a connection, with all checks that its file has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from onboarding.blueprint import Blueprint, BlueprintError
from onboarding.connecting import connect
from onboarding.saving import ChangedMeanwhile
from onboarding.settings_form_labels import LABELS
from onboarding.settings_form_problems import Problem, model_problems, vendor_problems
from onboarding.stored import StoredConnection, stored_connection
from outbound.errors import VendorError
from store.audits import Audits
from wiring import Parts

Settings = Mapping[str, Any]


@dataclass
class NotSaved(Exception):  # noqa: N818 - says what it is
    """Nothing was stored; the problems say why, each at its field."""

    problems: tuple[Problem, ...]


async def save_settings(
    parts: Parts, stored: StoredConnection, seen_version: str, wanted: Settings, who: str
) -> None:
    """What `wanted` does not name stays as `stored`, just read, has it. Ends a pause.

    `wanted` has sections and keys of the connection's file. Raises ChangedMeanwhile or NotSaved.
    """
    if stored.version != seen_version:
        raise ChangedMeanwhile
    merged = _merged(stored.settings, wanted)
    try:
        blueprint = Blueprint.model_validate(merged)
        base = str(parts.settings.public_base_url)
        await connect(parts, blueprint, who, base, unchanged_since=stored.connection.updated_at)
    except ValidationError as error:
        raise NotSaved(model_problems(error)) from None
    except (BlueprintError, VendorError) as error:
        raise NotSaved(vendor_problems(error, merged)) from error
    await _tell_the_audit(parts, stored, who)


def changed_settings(before: Settings, after: Settings) -> list[str]:
    """The paths of those that differ, in the form's order."""
    return [path for path in LABELS if setting(before, path) != setting(after, path)]


def setting(settings: Settings, path: str) -> object:
    """What stands at a path of LABELS; None where nothing does."""
    section, _, key = path.partition(".")
    found = settings.get(section)
    return found.get(key) if key and isinstance(found, Mapping) else found


def _merged(stored: Settings, wanted: Settings) -> dict[str, Any]:
    """Section by section; a list replaces the whole list."""
    return {
        **stored,
        **{
            key: {**stored[key], **value} if isinstance(value, Mapping) else value
            for key, value in wanted.items()
        },
    }


async def _tell_the_audit(parts: Parts, before: StoredConnection, who: str) -> None:
    """Names of settings alone. `connect` has told already that the connection was saved."""
    connection_id = before.connection.id
    async with parts.database.transaction() as session:
        after = await stored_connection(session, parts.vault, connection_id)
        changed = changed_settings(before.settings, after.settings if after else {})
        Audits(session).of_connection(
            connection_id,
            who=who,
            what=f"settings changed: {', '.join(LABELS[path] for path in changed) or 'none'}",
        )
