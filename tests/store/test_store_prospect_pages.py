"""Pages of prospects with whom something is to be done: everybody once, however many there are, and nobody else."""

from store.database import Database
from store.prospect_pages import page_of_those_to_do
from store.prospect_tables import KnownProspect, ProspectState
from store.vault import Vault
from tests.factories import connect

TO_DO = (ProspectState.WAITING, ProspectState.WITHDRAWING)


async def test_everybody_with_whom_something_is_to_be_done_is_on_one_page(
    database: Database, vault: Vault
) -> None:
    mine, other = [(await connect(database, vault)).connection.id for _ in range(2)]
    async with database.transaction() as session:
        for connection_id in (mine, other):
            session.add_all(
                _row(connection_id, f"pr_{state}_{n}", state) for n in range(3) for state in ProspectState
            )
    met: list[str] = []
    after: int | None = 0
    while after is not None:
        async with database.transaction() as session:
            page = await page_of_those_to_do(session, mine, after, 4)
        met += [one.crosschq_id for one in page]
        after = page[-1].id if len(page) == 4 else None
    assert sorted(met) == sorted(f"pr_{state}_{n}" for n in range(3) for state in TO_DO)


def _row(connection_id: int, crosschq_id: str, state: ProspectState) -> KnownProspect:
    return KnownProspect(connection_id=connection_id, crosschq_id=crosschq_id, kind="existing", state=state)
