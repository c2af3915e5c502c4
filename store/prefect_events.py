"""Traces of runs that Prefect 3.9.1 has no call to delete: done in its database, where that is ours.

Deleting a run by Prefect's API takes its states, task runs and inputs along. Its logs go later, by a task in the
server's memory that a restart loses. Artifacts stay, and those whose run is gone already are found by no call. Events
stay as well: they carry names and tags of runs, are kept for 7 days, and no call deletes any. Knows no table of ours.
"""

import re
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, text

from store.database import Database

_LOGS = text("DELETE FROM log WHERE flow_run_id = ANY(:runs)").bindparams(
    bindparam("runs", type_=ARRAY(Uuid))
)

_EVENTS = text(
    """
    WITH about AS (
        SELECT event_id FROM event_resources WHERE resource_id = ANY(:runs)
        UNION
        SELECT it.event_id FROM event_resources it JOIN event_resources here USING (event_id)
        WHERE it.resource_id = ANY(:subjects) AND here.resource_id = :connection
        UNION
        -- What became of artifacts, deletions too, is told with their data and without tags.
        SELECT id FROM events WHERE event = ANY(:of_artifacts) AND payload::text ~ :named
    ),
    -- What automations of the admins' own remember of an event.
    buckets AS (
        DELETE FROM automation_bucket WHERE last_event->>'id' IN (SELECT event_id::text FROM about)
    ),
    firings AS (
        DELETE FROM composite_trigger_child_firing
        WHERE child_firing->'triggering_event'->>'id' IN (SELECT event_id::text FROM about)
    ),
    held AS (DELETE FROM automation_held_event WHERE event_id IN (TABLE about)),
    followers AS (
        DELETE FROM automation_event_follower
        WHERE leader_event_id IN (TABLE about) OR follower_event_id IN (TABLE about)
    ),
    resources AS (DELETE FROM event_resources WHERE event_id IN (TABLE about))
    DELETE FROM events WHERE id IN (TABLE about)
    """
).bindparams(
    *(bindparam(name, type_=ARRAY(Text)) for name in ("runs", "subjects", "of_artifacts")),
)

_OF_ARTIFACTS = [f"prefect.artifact-collection.{what}" for what in ("created", "updated", "deleted")]

_ARTIFACTS = text("SELECT id FROM artifact WHERE data::text ~ :named").columns(id=Uuid)


async def forget_logs(database: Database, runs: Sequence[UUID]) -> None:
    """Every line that these runs wrote."""
    async with database.transaction() as session:
        await session.execute(_LOGS, {"runs": list(runs)})


async def forget_events(
    database: Database, runs: Sequence[UUID], connection_id: int, opportunity_id: str, subjects: Sequence[str]
) -> None:
    """Those of these runs, of all tagged with the connection and one of the subjects, and of links to the profile."""
    async with database.transaction() as session:
        await session.execute(
            _EVENTS,
            {
                "runs": [f"prefect.flow-run.{run}" for run in runs],
                "subjects": [f"prefect.tag.{subject}" for subject in subjects],
                "connection": f"prefect.tag.connection:{connection_id}",
                "of_artifacts": _OF_ARTIFACTS,
                "named": _link_to(opportunity_id),
            },
        )


async def artifacts_naming(database: Database, opportunity_id: str) -> Sequence[UUID]:
    """Artifacts that link to the opportunity's profile, whether their run is still there or not."""
    async with database.transaction() as session:
        return (await session.scalars(_ARTIFACTS, {"named": _link_to(opportunity_id)})).all()


def _link_to(opportunity_id: str) -> str:
    """PostgreSQL's regular expression for the end of a profile's address, and of no longer one."""
    return rf"/{re.escape(opportunity_id)}(?![A-Za-z0-9._~:-])"
