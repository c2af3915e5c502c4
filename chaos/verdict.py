"""What must be true after a campaign, counted from the vendors' ledgers, our store and Prefect. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from chaos.people import Candidate
from demo.people import CrosschqPeople, LeverPeople
from deployments.prefect_api import every, prefect_api
from store.deliveries import Deliveries
from store.tables import DeliveryState
from wiring import current_parts

ENDED = {DeliveryState.DONE, DeliveryState.IGNORED}


@dataclass(frozen=True)
class Verdict:
    """Sentences about what is wrong; none: nothing was lost or doubled."""

    wrong: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        return not self.wrong


async def judge(lever: LeverPeople, crosschq: CrosschqPeople, candidates: Sequence[Candidate]) -> Verdict:
    wrong: list[str] = []
    for candidate in candidates:
        wrong += [f"candidate {candidate.id}: {what}" for what in await _about(lever, crosschq, candidate)]
    return Verdict((*wrong, *await _left_in_store(), *await _left_in_prefect()))


async def _about(lever: LeverPeople, crosschq: CrosschqPeople, candidate: Candidate) -> list[str]:
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


async def _left_in_store() -> list[str]:
    async with current_parts().database.transaction() as session:
        deliveries = await Deliveries(session).newest(100_000)
    return [
        f"delivery {one.id}: {one.state.value}, {one.outcome}"
        for one in deliveries
        if one.state not in ENDED or not one.outcome
    ]


async def _left_in_prefect() -> list[str]:
    async with prefect_api(current_parts().settings) as api:
        runs = await every(api, "/flow_runs/filter")
    return [
        f"flow run {run['name']}: {run['state_name']}"
        for run in runs
        if run["state_type"] in ("PENDING", "RUNNING", "CANCELLING") and "delivery_id" in run["parameters"]
    ]
