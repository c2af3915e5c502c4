"""What fails in a look stops nothing else, and what is told of it quotes nobody's data."""

import asyncio

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from outbound.errors import Refused, UnreadableItems
from tasks.looks import Look, described


async def fail(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    "error", [KeyError("x"), OSError(), TimeoutError(), Refused("Lever", "GET /tags", "no")]
)
async def test_a_look_that_fails_is_remembered(error: Exception) -> None:
    look = Look("lost moves", 7)
    await look.take(fail(error))
    assert look.failures == [error]


async def test_a_run_that_is_cancelled_is_cancelled() -> None:
    look = Look("lost moves")
    with pytest.raises(asyncio.CancelledError):
        await look.take(asyncio.sleep(0, asyncio.current_task().cancel()))  # type: ignore[union-attr]
    assert look.failures == []


async def test_an_item_that_fails_stops_no_other() -> None:
    look, done = Look("dead runs"), []
    for item in (1, "poison", 3):
        with look.on_its_own():
            done.append(item + 1)  # type: ignore[operator]
    assert done == [2, 4]
    assert [type(one) for one in look.failures] == [TypeError]


@pytest.mark.parametrize("error", [ConnectionRefusedError(), TimeoutError(), PoolTimeoutError()])
async def test_where_nobody_answers_the_next_items_do_not_wait_as_long(error: Exception) -> None:
    look, asked = Look("dead runs"), []

    async def items() -> None:
        for item in range(1000):
            with look.on_its_own():
                asked.append(item)
                raise error

    await look.take(items())
    assert asked == [0]
    assert look.failures == [error]


def test_what_was_skipped_is_counted() -> None:
    look = Look("lost moves", 7)
    for count in (1, 2):
        look.skip(UnreadableItems("Lever", "GET /opportunities", "unreadable", count=count))
    assert (look.skipped, str(look)) == (3, "lost moves (connection 7)")


async def test_the_log_says_where_it_failed_and_not_with_whose_data() -> None:
    look = Look("lost moves")
    await look.take(fail(ValueError("Ada Kowal is no date")))
    said = described(look.failures[0])
    assert "Ada" not in said
    assert said.startswith("ValueError")
    assert "test_looks.py" in said


def test_a_vendors_error_says_itself_without_the_vendors_words() -> None:
    error = Refused("Lever", "GET /tags", "not allowed", 403, "Ada Kowal may not")
    assert described(error) == "Lever, GET /tags: not allowed"
