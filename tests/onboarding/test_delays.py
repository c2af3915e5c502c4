"""How long to wait, as people and files write it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from onboarding.delays import delay, in_words, iso

WAITS = some.timedeltas(timedelta(0), timedelta(days=365)).map(lambda one: one - one % timedelta(seconds=1))


@pytest.mark.parametrize("text", ["PT0S", "PT10M", "P14D", "P9DT3H4M5S", "PT1H1S", "P365D", "PT25S"])
def test_a_file_has_it_as_iso_8601(text: str) -> None:
    assert iso(delay(text)) == text


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("14 days", "P14D"),
        ("2 weeks", "P14D"),
        ("1 day", "P1D"),
        (" 10 Minutes ", "PT10M"),
        ("1 hour 30 minutes", "PT1H30M"),
        ("90 minutes", "PT1H30M"),
        ("4hours", "PT4H"),
        ("0 seconds", "PT0S"),
    ],
)
def test_people_write_a_number_and_a_unit(text: str, same: str) -> None:
    assert iso(delay(text)) == same


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "14",
        "two weeks",
        "1 month",
        "1 year",
        "-1 days",
        "1.5 days",
        "30 minutes 1 hour",
        "P",
        "PT",
        14,
        None,
    ],
)
def test_what_is_no_delay_is_refused_with_how_to_write_one(text: object) -> None:
    with pytest.raises(ValueError, match=r'write how long, such as "14 days".*months and years'):
        delay(text)


@given(WAITS)
def test_words_and_iso_are_read_back(waited: timedelta) -> None:
    assert delay(in_words(waited)) == delay(iso(waited)) == waited


def test_words_have_the_largest_units_first_and_one_is_singular() -> None:
    assert in_words(timedelta(days=14)) == "14 days"
    assert in_words(timedelta(days=1, hours=1, seconds=2)) == "1 day 1 hour 2 seconds"
