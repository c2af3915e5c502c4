"""What a sweep asks is found by the partial indexes made for it, among thousands that wait and thousands that ended."""

from collections.abc import Sequence

from sqlalchemy import event

from store.database import Database
from tools.bench.sweep import QUESTIONS, fill

WAITING = 10_000

INDEXES = {
    "overdue": "ix_follow_up_due",
    "count_due": "ix_follow_up_due",
    "longest_unseen": "ix_follow_up_seen",
    "unarmed": "ix_follow_up_unarmed",
    "with_void_runs": "ix_follow_up_void_runs",
    "abandoned": "ix_follow_up_delivery",
    "waiting_for": "ix_follow_up_flow_run",
}


async def test_each_question_of_a_sweep_uses_its_index(database: Database) -> None:
    await fill(database, WAITING)
    for question, index in INDEXES.items():
        plan = await plan_of(database, question)
        assert f"using {index} " in plan or f"on {index} " in plan, f"{question}:\n{plan}"
        assert "Seq Scan" not in plan, f"{question}:\n{plan}"


async def test_each_question_finds_what_is_there_and_no_more(database: Database) -> None:
    await fill(database, WAITING)
    found = {}
    async with database.transaction() as session:
        for question in INDEXES:
            answer = await QUESTIONS[question](session)
            found[question] = len(answer) if isinstance(answer, Sequence) else answer
    assert found == {
        "overdue": 50,
        "count_due": 50,
        "longest_unseen": 200,
        "unarmed": 10,
        "with_void_runs": 10,
        "abandoned": 5,
        "waiting_for": 0,
    }


async def plan_of(database: Database, question: str) -> str:
    """PostgreSQL's plan for the statement as it is really asked, with its parameters."""
    asked: list[tuple[str, tuple[object, ...]]] = []

    def hear(
        _connection: object, _cursor: object, statement: str, values: tuple[object, ...], *_: object
    ) -> None:
        asked.append((statement, values))

    event.listen(database.engine.sync_engine, "before_cursor_execute", hear)
    async with database.transaction() as session:
        await QUESTIONS[question](session)
        statement, values = asked[-1]
        connection = await session.connection()
        plan = await connection.exec_driver_sql(f"EXPLAIN {statement}", values)
    event.remove(database.engine.sync_engine, "before_cursor_execute", hear)
    return "\n".join(plan.scalars())
