"""One look of reconcile: what it found, what it had to leave out, and what failed without stopping the rest."""

from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from traceback import extract_tb

from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession

from outbound.errors import UnreadableItems, VendorError

AWAY = (OSError, PoolTimeoutError)
"""The database cannot be reached, or does not answer in time: TimeoutError is an OSError."""


@dataclass
class Look:
    """`name` is said as "lost moves"; `connection_id` of those that ask a vendor."""

    name: str
    connection_id: int | None = None
    found: int = 0
    skipped: int = 0
    """Items of a vendor's list that could not be read."""
    failures: list[Exception] = field(default_factory=list)

    async def take(self, asked: Awaitable[None]) -> None:
        """Whatever fails is remembered: the other looks are not to wait for its mend."""
        try:
            await asked
        except Exception as error:  # noqa: BLE001 - an error of ours stops them no less than a vendor's
            self.failures.append(error)

    @contextmanager
    def on_its_own(self) -> Iterator[None]:
        """For one item of many: should it fail, the next ones are dealt with all the same.

        Where nobody answers the look ends instead, as each of them would wait just as long.
        """
        try:
            yield
        except AWAY:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            self.failures.append(error)

    @asynccontextmanager
    async def row_on_its_own(self, session: AsyncSession) -> AsyncIterator[None]:
        """As `on_its_own`, for one row of many in a transaction: of one that fails nothing is kept."""
        with self.on_its_own():
            async with session.begin_nested():
                yield

    def skip(self, error: UnreadableItems) -> None:
        """For outbound.lists.readable."""
        self.skipped += error.count

    def __str__(self) -> str:
        return self.name if self.connection_id is None else f"{self.name} (connection {self.connection_id})"


def described(error: Exception) -> str:
    """Fit for logs: of an error that is not a vendor's only its kind and place, as its text may quote people's data."""
    if isinstance(error, VendorError):
        return str(error)
    places = [f"{one.filename}:{one.lineno} in {one.name}" for one in extract_tb(error.__traceback__)]
    return "\n  ".join([type(error).__name__, *places])
