"""A file as some spreadsheet left it is read where that is beyond doubt, and else called by what it is."""

import io

import pytest

from crosschq.prospects import ProspectEntry
from crosschq.prospects_csv import BadRow, CsvProblem, RowRemark, read_prospects, text_lines


def rows_of(content: str | bytes) -> list[ProspectEntry | RowRemark | BadRow]:
    raw = content.encode() if isinstance(content, str) else content
    return list(read_prospects(text_lines(io.BytesIO(raw))))


def emails_of(content: str) -> list[str | None]:
    return [row.email for row in rows_of(content) if isinstance(row, ProspectEntry)]


@pytest.mark.parametrize(
    "cell", ["x" * 1_000_000, '"' + "x, " * 300_000 + '"', '"' + "line\n" * 200_000 + '"']
)
def test_a_cell_of_a_megabyte_is_left_out_and_its_person_taken_in(cell: str) -> None:
    ana, remark, bo = rows_of(f"Email,Headline\na@b.test,{cell}\nb@b.test,Maker\n")
    assert isinstance(ana, ProspectEntry)
    assert isinstance(bo, ProspectEntry)
    assert (ana.email, ana.headline, bo.email, bo.headline) == ("a@b.test", None, "b@b.test", "Maker")
    assert isinstance(remark, RowRemark)
    assert remark.line == 2
    assert "longer than 4,096 characters" in remark.reason


@pytest.mark.parametrize(
    "header", ["Email:,Name", "Email*,Name", "'Email',Name", "(E-mail),Name", "E.Mail,Name"]
)
def test_signs_around_a_columns_name_do_not_matter(header: str) -> None:
    assert emails_of(f"{header}\na@b.test,Ana\n") == ["a@b.test"]


@pytest.mark.parametrize("before", [",,", ";;;", '"",""', "\t\t", "\u200b,\u00a0"])
def test_rows_of_blank_cells_before_the_header_are_passed_over_and_counted(before: str) -> None:
    entry, bad = rows_of(f"{before}\n{before}\nEmail,Name\na@b.test,Ana\n,Bo\n")
    assert isinstance(entry, ProspectEntry)
    assert isinstance(bad, BadRow)
    assert (entry.email, bad.line) == ("a@b.test", 5)


@pytest.mark.parametrize("first", ["\u200bsep=;", "Sep =;", "sep = ;", '"sep=;";;', "sep=';'"])
def test_a_declared_separator_is_read_in_every_spelling(first: str) -> None:
    assert emails_of(f"{first}\nEmail;Name\na@b.test;Ana\n") == ["a@b.test"]


@pytest.mark.parametrize("first", ["sep=", "sep=a", 'sep="', "sep=::", "sep=comma"])
def test_a_line_that_declares_no_separator_is_named(first: str) -> None:
    with pytest.raises(CsvProblem, match=r"line 1 declares no separator as 'sep=;' does.* remove it"):
        rows_of(f"{first}\nEmail;Name\na@b.test;Ana\n")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x1f\x8b\x08\x00" + bytes(40), "compressed"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF"),
        (b"\xef\xbb\xbf<!DOCTYPE html>\n<html></html>\n", "a web page"),
        (b"\n  <html><body>Sign in</body></html>", "a web page"),
        (b'[{"email": "a@b.test"}]', "JSON"),
        (b'{"prospects": []}', "JSON"),
    ],
)
def test_a_file_of_another_kind_is_called_by_its_name(content: bytes, what: str) -> None:
    with pytest.raises(CsvProblem, match=f"The file is {what}.*CSV"):
        rows_of(content)
