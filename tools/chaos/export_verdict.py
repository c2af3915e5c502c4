"""What must be true after an export: Crosschq's prospects and Lever's leads, one to one by e-mail. Changes nothing."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from store.prospect_tables import KnownProspect, ProspectState
from tools.chaos.verdict import Verdict, left_in_prefect, left_in_store
from tools.demo.people import CrosschqPeople, LeverPeople
from wiring import current_parts

IN_LEVER = (ProspectState.LINKED, ProspectState.EXISTING)
"""The second for one who opted in twice: the person is there by the other prospect."""


@dataclass(frozen=True)
class ExportVerdict(Verdict):
    """`doubled` counts the leads that are too many, `lost` the people without one."""

    doubled: int
    lost: int


@dataclass(frozen=True)
class Compared:
    """Leads by e-mail address, beside the addresses that are to have one each."""

    leads: Mapping[str, int]
    wanted: Collection[str]

    @property
    def doubled(self) -> int:
        return sum(count - 1 for email, count in self.leads.items() if email in self.wanted)

    @property
    def lost(self) -> int:
        return sum(email not in self.leads for email in self.wanted)

    @property
    def of_nobody(self) -> int:
        """Leads of people who were to have none."""
        return sum(count for email, count in self.leads.items() if email not in self.wanted)

    @property
    def wrong(self) -> list[str]:
        found = {"doubled": self.doubled, "lost": self.lost, "made of those who cannot be": self.of_nobody}
        return [f"leads {what}: {count}" for what, count in found.items() if count]


def compare(
    prospects: Sequence[Mapping[str, Any]], leads: Sequence[Mapping[str, Any]], bad: Collection[str]
) -> Compared:
    """`bad`: Crosschq's ids of those that cannot become a lead."""
    made = Counter(email.lower() for lead in leads for email in lead["emails"])
    return Compared(made, {one["email"].lower() for one in prospects if one["id"] not in bad})


async def judge_export(lever: LeverPeople, crosschq: CrosschqPeople, bad: Collection[str]) -> ExportVerdict:
    prospects = await crosschq.prospects()
    compared = compare(prospects, await lever.leads(), bad)
    wrong = [
        *compared.wrong,
        *await _about_rows([one["id"] for one in prospects], bad),
        *await left_in_store(),
        *await left_in_prefect(),
    ]
    return ExportVerdict(tuple(wrong), compared.doubled, compared.lost)


async def _about_rows(crosschq_ids: Sequence[str], bad: Collection[str]) -> list[str]:
    async with current_parts().database.transaction() as session:
        rows = {row.crosschq_id: row for row in await session.scalars(select(KnownProspect))}
    return [
        f"prospect {one} is {rows[one].state.value if one in rows else 'unknown to us'}"
        for one in crosschq_ids
        if one not in rows or not _is_right(rows[one], is_bad=one in bad)
    ]


def _is_right(row: KnownProspect, *, is_bad: bool) -> bool:
    if is_bad:
        return row.state is ProspectState.FAILED and bool(row.reason)
    return row.state in IN_LEVER and bool(row.opportunity_id)
