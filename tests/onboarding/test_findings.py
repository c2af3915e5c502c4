"""Checks run at once; one that breaks or hangs says so, and hides no other; wrong findings come first."""

import asyncio

import pytest

from onboarding.self_test.findings import Check, Finding, Group, Told, Verdict, check, ok, ordered, run, wrong

FROM_OUTSIDE = "ada@candidate.example"


async def fine() -> Told:
    return ok("Fine.")


async def broken() -> Told:
    raise KeyError(FROM_OUTSIDE)


async def hanging() -> Told:
    await asyncio.Event().wait()
    raise AssertionError


def checks() -> list[Check]:
    looks = {"broken": broken, "hanging": hanging, "fine": fine}
    return [check(Group.OWN, title, look) for title, look in looks.items()]


async def test_one_that_breaks_or_hangs_hides_no_other() -> None:
    findings = await run(checks(), time_limit=0.05)
    assert [(one.title, one.verdict) for one in findings] == [
        ("broken", Verdict.WRONG),
        ("hanging", Verdict.WRONG),
        ("fine", Verdict.OK),
    ]
    assert findings[1].says == "There was no answer in time."


async def test_what_broke_is_named_without_what_came_from_outside(caplog: pytest.LogCaptureFixture) -> None:
    findings = await run(checks(), time_limit=0.05)
    assert "KeyError" in findings[0].says
    assert "in broken" in caplog.text
    assert FROM_OUTSIDE not in caplog.text + findings[0].says


async def test_all_run_at_once() -> None:
    both = asyncio.Barrier(2)

    async def meets() -> Told:
        await both.wait()
        return ok("Met.")

    findings = await run([check(Group.OWN, "a", meets), check(Group.OWN, "b", meets)], time_limit=5)
    assert [one.says for one in findings] == ["Met.", "Met."]


def test_groups_with_something_wrong_come_first_and_in_each_the_wrong_ones() -> None:
    good = Finding(Group.LEVER, "good", *ok("."))
    also = Finding(Group.OWN, "also", *ok("."))
    bad = Finding(Group.OWN, "bad", *wrong(".", "."))
    assert ordered([good, also, bad]) == {Group.OWN: [bad, also], Group.LEVER: [good]}
    assert [one.value for one in Verdict] == ["failed", "unverified", "info", "passed"]
    assert list(ordered([good, also, bad])) == [Group.OWN, Group.LEVER]
