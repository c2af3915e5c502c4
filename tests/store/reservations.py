"""Reference requests in each of their states, reached as the processes reach it."""

from store.database import Database
from store.requests import NewRequest, Requests
from store.tables import ReferenceRequest, RequestState

INDEX = "index-of-ada"


async def reserve(database: Database, new: NewRequest) -> ReferenceRequest | None:
    async with database.transaction() as session:
        return await Requests(session).reserve(new)


async def reserved(database: Database, new: NewRequest, state: RequestState) -> ReferenceRequest:
    made = await reserve(database, new)
    assert made is not None
    async with database.transaction() as session:
        requests = Requests(session)
        match state:
            case RequestState.SENT:
                await requests.mark_sent(made.id, f"rq-{made.id}")
            case RequestState.UNKNOWN:
                await requests.mark_unknown(made.id, "Crosschq did not answer.")
            case RequestState.INTENDED:
                pass
            case _:
                await requests.mark_ended(made.id, state)
    return await get(database, made.id)


async def get(database: Database, request_id: int) -> ReferenceRequest:
    async with database.transaction() as session:
        return await Requests(session).by_id(request_id)
