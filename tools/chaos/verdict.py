"""What must be true after a campaign, counted from the vendors' ledgers, the mailbox, our store and Prefect.

Changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from deployments.prefect_api import every, prefect_api
from hiring.follow_ups import FollowUpState
from hiring.outcome_notes import outcome_tag
from store.deliveries import Deliveries
from store.outcome_tables import FollowUp
from store.tables import DeliveryState
from tools.chaos.people import Candidate, mails_of
from tools.demo.mailbox import Owner
from tools.demo.people import CrosschqPeople, LeverPeople
from wiring import current_parts

ENDED = {DeliveryState.DONE, DeliveryState.IGNORED}


@dataclass(frozen=True)
class Verdict:
    """Sentences about what is wrong; none: nothing was lost or doubled."""

    wrong: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        return not self.wrong


async def judge(
    lever: LeverPeople, crosschq: CrosschqPeople, owner: Owner, candidates: Sequence[Candidate]
) -> Verdict:
    mails = [mail["message_id"] for mail in await owner.mails()]
    follow_ups = await _follow_ups()
    wrong: list[str] = []
    for candidate in candidates:
        about = [
            *await _about_report(lever, crosschq, candidate),
            *await _about_outcome(lever, crosschq, candidate),
            *_about_question(candidate, follow_ups.get(candidate.id), mails),
        ]
        wrong += [f"candidate {candidate.id}: {what}" for what in about]
    return Verdict((*wrong, *await left_in_store(), *await left_in_prefect()))


async def _about_report(lever: LeverPeople, crosschq: CrosschqPeople, candidate: Candidate) -> list[str]:
    requests = await crosschq.requests_for(candidate.email)
    opportunity = await lever.opportunity(candidate.id)
    files, notes = await lever.files(candidate.id), await lever.notes(candidate.id)
    tags = [tag for tag in opportunity["tags"] if tag.startswith("Crosschq: ")]
    seen = {
        "requests": len(requests),
        "links to the report": sum("/reports/" in link for link in opportunity["links"]),
        "PDFs": len(files),
        "notes about the report": sum("report complete" in note for note in notes),
        "notes about the request": sum("request sent to the candidate" in note for note in notes),
    }
    told_of = "notes about the request"
    wrong = [f"{count} {what}" for what, count in seen.items() if count != 1 and what != told_of]
    # A request that was never confirmed and recognised later is told of by the note that says so.
    wrong += [f"{seen[told_of]} {told_of}"] if seen[told_of] > 1 else []
    return wrong + ([] if tags == ["Crosschq: complete"] else [f"status tags {tags}"])


async def _about_outcome(lever: LeverPeople, crosschq: CrosschqPeople, candidate: Candidate) -> list[str]:
    """Once in Crosschq's ledger, and once on the opportunity."""
    told = [
        outcome["hiring_status"]
        for request in await crosschq.requests_for(candidate.email)
        for outcome in await crosschq.outcomes(request["id"])
    ]
    tags = [tag for tag in await lever.tags(candidate.id) if tag.startswith("Crosschq outcome")]
    notes = sum(note.startswith("Outcome:") for note in await lever.notes(candidate.id))
    return [
        *([] if told == [candidate.outcome.value] else [f"Crosschq was told {told}"]),
        *([] if tags == [outcome_tag(candidate.outcome)] else [f"outcome tags {tags}"]),
        *([] if notes == 1 else [f"{notes} notes about the outcome"]),
    ]


def _about_question(candidate: Candidate, follow_up: FollowUp | None, mails: Sequence[str]) -> list[str]:
    """One mail; none where Lever had said how it ended."""
    if follow_up is None:
        return ["no follow-up"]
    sent = sum(mails.count(one) for one in mails_of(follow_up))
    return [
        *([] if sent == (0 if candidate.hired_in_lever else 1) else [f"{sent} mails to the owner"]),
        *([] if follow_up.state is FollowUpState.ENDED else [f"a follow-up that is {follow_up.state.value}"]),
        *([] if follow_up.void_runs == [] else [f"void runs {follow_up.void_runs}"]),
    ]


async def _follow_ups() -> Mapping[str, FollowUp]:
    """By the opportunity; our table allows no second one for a request."""
    async with current_parts().database.transaction() as session:
        return {one.opportunity_id: one for one in await session.scalars(select(FollowUp))}


async def left_in_store() -> list[str]:
    """Deliveries that were given up, or that wait for something."""
    async with current_parts().database.transaction() as session:
        deliveries = await Deliveries(session).newest(100_000)
    return [
        f"delivery {one.id}: {one.state.value}, {one.outcome}"
        for one in deliveries
        if one.state not in ENDED or not one.outcome
    ]


async def left_in_prefect() -> list[str]:
    """Runs that are taken for alive, though nobody works on anything any more."""
    async with prefect_api(current_parts().settings) as api:
        runs = await every(api, "/flow_runs/filter")
    return [f"flow run {run['name']}: {run['state_name']}" for run in runs if _is_left(run)]


def _is_left(run: Mapping[str, Any]) -> bool:
    """Open, though it works on a delivery, or waits for a follow-up, and all of those have ended."""
    if "follow_up_id" in run["parameters"] and run["state_type"] == "SCHEDULED":
        return True
    # An export that a schedule started only looks at first, and is given a quarter of an hour.
    names = {"delivery_id", "follow_up_id"} | (set() if run["auto_scheduled"] else {"order"})
    is_ours = not run["parameters"].keys().isdisjoint(names)
    return is_ours and run["state_type"] in ("PENDING", "RUNNING", "CANCELLING")
