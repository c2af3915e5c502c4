"""What a request's state in Crosschq means for the people who look at Lever."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hiring import status_tags


class Stage(StrEnum):
    UNDER_WAY = "under way"
    COMPLETE = "complete"
    ENDED = "ended"
    """Cancelled or declined: no report will come."""


@dataclass(frozen=True)
class Progress:
    """How far a request has come: `answered` of the `asked` references, as of Crosschq's `updated_on`."""

    stage: Stage
    answered: int
    asked: int
    updated_on: datetime | None = None

    @property
    def tag(self) -> str:
        match self.stage:
            case Stage.COMPLETE:
                return status_tags.COMPLETE
            case Stage.ENDED:
                return status_tags.ENDED
            case Stage.UNDER_WAY:
                return status_tags.progress_tag(self.answered, self.asked)

    def is_older_than(self, known: datetime | None) -> bool:
        """Whether somebody has already acted on something newer."""
        return known is not None and self.updated_on is not None and self.updated_on < known
