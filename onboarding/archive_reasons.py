"""Finds Lever's archive reasons by the names an admin writes, and says what is wrong with one. Calls nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from cleaning.text import clean_line
from lever.models import ArchiveReason, DispositionStage, Posting

Named = TypeVar("Named", DispositionStage, ArchiveReason, Posting)


def named(wanted: str, known: Sequence[Named]) -> list[Named]:
    """Whose id it is, else whose text, without what nobody sees in it."""
    return [one for one in known if wanted == one.id] or [
        one for one in known if clean_line(wanted) == clean_line(one.text)
    ]


@dataclass(frozen=True)
class Reasons:
    """All of the account, and the list of problems that what is not found is added to."""

    known: Sequence[ArchiveReason]
    problems: list[str]

    def hired(self, setting: str, wanted: str) -> str | None:
        """The id; None if none is wanted, or for a problem."""
        return self._id(setting, wanted, is_hired=True)

    def not_hired(self, setting: str, wanted: str) -> str | None:
        """As `hired`, for one of any other type."""
        return self._id(setting, wanted, is_hired=False)

    def _id(self, setting: str, wanted: str, *, is_hired: bool) -> str | None:
        if not wanted:
            return None
        fitting = [reason for reason in self.known if reason.is_hired is is_hired]
        matching = named(wanted, fitting)
        active = [reason for reason in matching if reason.is_active]
        if len(active) == 1:
            return active[0].id
        if active:
            found = "there are several, so write its id"
        elif matching:
            found = "it is no longer active"
        elif named(wanted, [reason for reason in self.known if reason.is_hired is not is_hired]):
            found = "it says the opposite"
        else:
            found = "there is none"
        names = ", ".join(f"'{reason.text}'" for reason in fitting if reason.is_active) or "none"
        self.problems.append(
            f"{setting}: Lever archive reason '{wanted}': {found}. Lever has {names} for it."
        )
        return None
