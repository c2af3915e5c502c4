"""What a person pasted into a setting counts without what nobody sees of it."""

import pytest

from cleaning.typed import typed_line, typed_list, typed_value


@pytest.mark.parametrize("other", [None, 7, True, ["a "], {"env": " A"}])
def test_what_is_no_text_stays_as_it_is(other: object) -> None:
    assert typed_value(other) is other
    assert typed_line(other) is other


def test_a_value_keeps_what_is_between_its_ends() -> None:
    assert typed_value("\u200b a\u00a0\u00a0b\u200bc \ufeff") == "a\u00a0\u00a0b\u200bc"
    assert typed_line("\u200b a\u00a0\u00a0b\u200bc \ufeff") == "a bc"


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        (None, ()),
        ("", ()),
        (" ,; \u200b\r\n", ()),
        ("a@x.test, b@x.test", ("a@x.test", "b@x.test")),
        ("a@x.test;b@x.test;", ("a@x.test", "b@x.test")),
        ("\u200ba@x.test\u00a0,\r\n@x.test\ufeff", ("a@x.test", "@x.test")),
    ],
)
def test_a_list_is_split_at_whatever_people_write_between(text: str | None, entries: tuple[str, ...]) -> None:
    assert typed_list(text) == entries
