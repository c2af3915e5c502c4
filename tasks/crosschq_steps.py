"""Asks Crosschq for references, and reads how far they are."""

from crosschq.models import ReferenceRequest
from crosschq.new_request import Candidate, HiringManager, NewReferenceRequest
from hiring.candidacy import Person
from hiring.decisions import Send
from hiring.names import split_name
from hiring.progress import Progress, Stage
from store.effect_keys import creation_key
from store.tables import Vendor
from tasks.case import Case, crosschq_of
from tasks.effects import once
from tasks.step import step


@step
async def send_request(case: Case, request_id: int, order: Send) -> str:
    """Crosschq's id of the request. Crosschq cannot be asked whether it has one: StaysUnknown after a time-out."""
    async with crosschq_of(case) as crosschq:

        async def act() -> str:
            return await crosschq.request_references(_new_request(order))

        return await once(case, creation_key(request_id), act, at=Vendor.CROSSCHQ)


@step
async def read_request(case: Case, crosschq_id: str) -> ReferenceRequest:
    async with crosschq_of(case) as crosschq:
        return await crosschq.reference_request(crosschq_id)


def progress_of(news: ReferenceRequest) -> Progress:
    """Crosschq's state of a request in our words."""
    return Progress(_stage_of(news), news.answered, news.asked, news.updated_on)


def _stage_of(news: ReferenceRequest) -> Stage:
    if news.is_complete:
        return Stage.COMPLETE
    return Stage.ENDED if news.is_over_without_report else Stage.UNDER_WAY


def _new_request(order: Send) -> NewReferenceRequest:
    return NewReferenceRequest(
        candidate=Candidate(
            first_name=order.first_name,
            last_name=order.last_name,
            email=order.email,
            mobile_phone=order.phone,
        ),
        survey=order.template.survey,
        counts=order.template.counts,
        requestor=order.requestor.email,
        job_position=order.job_position,
        hiring_manager=_hiring_manager(order.hiring_manager) if order.hiring_manager else None,
        use_sms=order.phone is not None,
    )


def _hiring_manager(person: Person) -> HiringManager:
    first_name, last_name = split_name(person.name)
    return HiringManager(first_name=first_name, last_name=last_name, email=person.address or "")
