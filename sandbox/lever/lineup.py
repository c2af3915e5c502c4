"""All opportunities in the order of the list, kept so while they come, move and go. See lever.md 5. Pure.

Whoever changes what the order rests on says so; the place is looked for when somebody next reads. So a change costs
nothing, and a page costs what is on it.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Mapping

from sandbox.lever.candidacy import Opportunity

Place = tuple[float, int, str]
MANY = 10
"""When more than one of so many is out of place, sorting all of them anew is quicker."""


def sort_key(place: Place) -> Place:
    """Stage rank ascending, lastAdvancedAt descending, id ascending."""
    rank, advanced_at, opportunity_id = place
    return rank, -advanced_at, opportunity_id


class Lineup:
    """`rows` is the account's own dictionary, `place_of` says the rank, time and id of one of them."""

    def __init__(self, rows: Mapping[str, Opportunity], place_of: Callable[[Opportunity], Place]) -> None:
        self._rows, self._place_of = rows, place_of
        self._keys: list[Place] = []
        self._key_of: dict[str, Place] = {}
        self._astray: set[str] = set()

    def changed(self, opportunity: Opportunity) -> None:
        """It is new, or gone, or what its place rests on is another."""
        self._astray.add(opportunity.id)

    def starting_at(self, place: Place | None) -> Iterator[Opportunity]:
        """From `place` on, whether or not anybody stands there; None: all of them."""
        self._settle()
        start = bisect_left(self._keys, sort_key(place)) if place else 0
        for position in range(start, len(self._keys)):
            yield self._rows[self._keys[position][2]]

    def _settle(self) -> None:
        if len(self._astray) * MANY > len(self._keys):
            self._key_of = {row.id: self._key(row) for row in self._rows.values()}
            self._keys = sorted(self._key_of.values())
        else:
            for opportunity_id in self._astray:
                self._refile(opportunity_id)
        self._astray.clear()

    def _refile(self, opportunity_id: str) -> None:
        before = self._key_of.pop(opportunity_id, None)
        if before:
            del self._keys[bisect_left(self._keys, before)]
        row = self._rows.get(opportunity_id)
        if row:
            self._key_of[row.id] = self._key(row)
            insort(self._keys, self._key_of[row.id])

    def _key(self, row: Opportunity) -> Place:
        return sort_key(self._place_of(row))
