"""What the two vendors offer an admin to choose from, read live. What cannot be read is None, and told in words."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from crosschq.client import CrosschqClient
from crosschq.models import Survey
from lever.client import LeverClient
from lever.models import ArchiveReason, DispositionStage, Posting, Tag, User
from outbound.errors import UnreadableItems, VendorError
from outbound.lists import Skipped, listed
from store.tables import Connection
from store.vault import VaultError
from wiring import Parts

TIME_LIMIT = 15.0
"""Seconds for each list; all are read at once."""

T = TypeVar("T")


@dataclass(frozen=True)
class Choices:
    """`postings` is None also where they were not wanted: an account may have thousands."""

    stages: tuple[DispositionStage, ...] | None = None
    users: tuple[User, ...] | None = None
    """The active ones."""
    tags: tuple[str, ...] | None = None
    """The most used first."""
    reasons: tuple[ArchiveReason, ...] | None = None
    postings: tuple[Posting, ...] | None = None
    surveys: tuple[Survey, ...] | None = None
    problems: tuple[str, ...] = ()
    """What could not be read, or not wholly, and why."""

    @property
    def survey(self) -> dict[str, Survey]:
        """By codename; none where they cannot be read."""
        return {survey.codename: survey for survey in self.surveys or ()}


async def read_choices(
    parts: Parts, connection: Connection, *, with_postings: bool, time_limit: float = TIME_LIMIT
) -> Choices:
    """Only reads. An answer that never comes is a problem after `time_limit` seconds."""
    try:
        lever, crosschq = parts.lever(connection), parts.crosschq(connection)
    except VaultError as error:
        return Choices(problems=(f"Neither vendor can be read. {error}",))
    try:
        return await _Reading(time_limit).all(lever, crosschq, with_postings=with_postings)
    finally:
        await lever.aclose()
        await crosschq.aclose()


@dataclass
class _Reading:
    time_limit: float
    failed: dict[str, list[str]] = field(default_factory=dict)
    """By what went wrong: what could not be read."""
    left_out: list[str] = field(default_factory=list)
    """Of what some could not be read."""

    async def all(self, lever: LeverClient, crosschq: CrosschqClient, *, with_postings: bool) -> Choices:
        async with asyncio.TaskGroup() as group:
            stages = group.create_task(self._read("Lever's stages", lever.disposition_stages))
            users = group.create_task(self._read("Lever's users", partial(listed, lever.users())))
            tags = group.create_task(self._read("Lever's tags", partial(listed, lever.tags())))
            reasons = group.create_task(
                self._read("Lever's archive reasons", partial(lever.archive_reasons, None))
            )
            postings = (
                group.create_task(self._read("Lever's postings", partial(listed, lever.postings())))
                if with_postings
                else None
            )
            surveys = group.create_task(self._read("Crosschq's surveys", crosschq.surveys))
        known_tags = tags.result()
        return Choices(
            stages=stages.result(),
            users=users.result(),
            tags=None if known_tags is None else _most_used_first(known_tags),
            reasons=reasons.result(),
            postings=postings.result() if postings else None,
            surveys=surveys.result(),
            problems=self._problems(),
        )

    async def _read(self, what: str, ask: Callable[[Skipped], Awaitable[T]]) -> T | None:
        def left_out(error: UnreadableItems) -> None:
            self.left_out.append(f"{error.count} of {what} cannot be read and are left out")

        try:
            async with asyncio.timeout(self.time_limit):
                return await ask(left_out)
        except VendorError as error:
            because = f"{error.vendor}: {error.message}"
        except TimeoutError:
            because = f"no answer within {self.time_limit:g} seconds"
        self.failed.setdefault(because, []).append(what)
        return None

    def _problems(self) -> tuple[str, ...]:
        return tuple(
            f"Cannot be read: {', '.join(sorted(what))}. {because[0].upper()}{because[1:]}."
            for because, what in sorted(self.failed.items())
        ) + tuple(f"{one}." for one in sorted(self.left_out))


def _most_used_first(tags: tuple[Tag, ...]) -> tuple[str, ...]:
    return tuple(tag.text for tag in sorted(tags, key=lambda tag: (-(tag.count or 0), tag.text.casefold())))
