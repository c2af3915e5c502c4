"""What the data of each Lever event says (lever.md 6.5). Pure, and never more than a hint: nobody signed it.

Every event names its opportunity. Left out everywhere: `candidateId`, a legacy alias not to be relied on.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Self

from pydantic import TypeAdapter

from lever.opportunity import Archived
from lever.webhook_event import Malformed, WebhookEvent
from lever.wire import Lenient, Moment

CANDIDATE_STAGE_CHANGE: Final = "candidateStageChange"
CANDIDATE_HIRED: Final = "candidateHired"
CANDIDATE_ARCHIVE_CHANGE: Final = "candidateArchiveChange"
CANDIDATE_DELETED: Final = "candidateDeleted"

_ID = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._~:-]{1,128}")
_MOMENT = TypeAdapter[object](Annotated[Moment | None, Lenient])


@dataclass(frozen=True, slots=True)
class StageChange:
    """The data of `candidateStageChange`. Stage ids may be slugs, not only UUIDs."""

    opportunity_id: str
    to_stage_id: str
    from_stage_id: str | None
    contact_id: str | None

    @classmethod
    def from_event(cls, event: WebhookEvent) -> Self:
        """Malformed for a ping, another event, or ids that are none."""
        data = _data_of(event, CANDIDATE_STAGE_CHANGE)
        return cls(
            opportunity_id=_id(data, "opportunityId"),
            to_stage_id=_id(data, "toStageId"),
            from_stage_id=_id_or_none(data, "fromStageId"),
            contact_id=_id_or_none(data, "contactId"),
        )


@dataclass(frozen=True, slots=True)
class Hired:
    """The data of `candidateHired`. Expect `candidateArchiveChange` for the same hire too, before or after."""

    opportunity_id: str
    contact_id: str | None

    @classmethod
    def from_event(cls, event: WebhookEvent) -> Self:
        """Malformed for a ping, another event, or ids that are none."""
        data = _data_of(event, CANDIDATE_HIRED)
        return cls(_id(data, "opportunityId"), _id_or_none(data, "contactId"))


@dataclass(frozen=True, slots=True)
class ArchiveChange:
    """The data of `candidateArchiveChange`. `to_archived` is None when unarchived, `from_archived` when newly archived.

    Whether it was a hire is not said here: the type of the archive reason tells.
    """

    opportunity_id: str
    to_archived: Archived | None
    from_archived: Archived | None

    @classmethod
    def from_event(cls, event: WebhookEvent) -> Self:
        """Malformed for a ping, another event, or ids that are none."""
        data = _data_of(event, CANDIDATE_ARCHIVE_CHANGE)
        return cls(_id(data, "opportunityId"), _archived(data, "toArchived"), _archived(data, "fromArchived"))


@dataclass(frozen=True, slots=True)
class Deleted:
    """The data of `candidateDeleted`. Nobody signed it, so ask Lever before erasing anything."""

    opportunity_id: str

    @classmethod
    def from_event(cls, event: WebhookEvent) -> Self:
        """Malformed for a ping, another event, or an id that is none."""
        return cls(_id(_data_of(event, CANDIDATE_DELETED), "opportunityId"))


def _data_of(event: WebhookEvent, name: str) -> Mapping[str, object]:
    if event.event != name:
        raise Malformed(f"the event is not {name}")
    return event.data


def _id(values: Mapping[str, object], name: str, where: str = "data") -> str:
    one = values.get(name)
    if isinstance(one, str) and _ID.fullmatch(one):
        return one
    raise Malformed(f"{where}.{name} is not an id")


def _id_or_none(values: Mapping[str, object], name: str, where: str = "data") -> str | None:
    return None if values.get(name) is None else _id(values, name, where)


def _archived(data: Mapping[str, object], name: str) -> Archived | None:
    value = data.get(name)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Malformed(f"data.{name} is neither an object nor null")
    # That a time is in there is inferred, so one that cannot be read costs nobody the event.
    archived_at = _MOMENT.validate_python(value.get("archivedAt"))
    return Archived(reason=_id_or_none(value, "reason", f"data.{name}"), archived_at=archived_at)
