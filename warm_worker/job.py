"""One flow run in hand: where it is, and whether it was told to stop. Talks to nobody."""

import asyncio
import time
from dataclasses import dataclass, field
from enum import Enum, auto
from uuid import UUID

from prefect.client.schemas.objects import FlowRun


class Why(Enum):
    """Why a run is stopped before its own end."""

    CANCELLED = auto()
    """Somebody cancelled it in Prefect."""
    HANDED_BACK = auto()
    """The worker ends, and the run did not end in time."""


@dataclass(eq=False)
class Job:
    """`told` is set, and `task` cancelled, on the run's own loop only: nothing here needs a lock."""

    flow_run: FlowRun
    taken_at: float = field(default_factory=time.monotonic)
    told: Why | None = None
    task: asyncio.Task[None] | None = None
    """The flow's; None while the run is being claimed and looked at, which is not interrupted."""

    @property
    def id(self) -> UUID:
        return self.flow_run.id

    @property
    def label(self) -> str:
        """How logs name it."""
        return f"'{self.flow_run.name}' ({self.flow_run.id})"

    def stop(self, why: Why) -> None:
        """At its next await; the first reason counts."""
        if self.told is None:
            self.told = why
            if self.task:
                self.task.cancel()
