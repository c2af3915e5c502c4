"""Crosschq's CSV export: columns by header, bad rows told by their line, a few rows in memory at a time."""

import csv
import io
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.spreadsheet_cell import plain_cell
from cleaning.text import clean_text
from crosschq.prospect_of import prospect_of
from crosschq.prospects import ProspectEntry
from crosschq.prospects_csv import BadRow, CsvProblem, RowRemark, read_prospects, text_lines

FIXTURE = Path(__file__).parents[1] / "fixtures" / "crosschq" / "prospects.csv"
HEADER = "Prospect ID,Email,Name\n"


def rows_of(content: str | bytes) -> list[ProspectEntry | RowRemark | BadRow]:
    raw = content.encode() if isinstance(content, str) else content
    return list(read_prospects(text_lines(io.BytesIO(raw))))


def sorted_out(content: str | bytes) -> tuple[list[ProspectEntry], list[RowRemark], list[BadRow]]:
    rows = rows_of(content)
    return (
        [one for one in rows if isinstance(one, ProspectEntry)],
        [one for one in rows if isinstance(one, RowRemark)],
        [one for one in rows if isinstance(one, BadRow)],
    )


def only(content: str | bytes) -> ProspectEntry:
    [entry], _, [] = sorted_out(content)
    return entry


def test_the_export_is_read_as_the_api_would_tell_it() -> None:
    with FIXTURE.open("rb") as file:
        rosa, withdrawn, bo = (
            row for row in read_prospects(text_lines(file)) if isinstance(row, ProspectEntry)
        )
    assert (rosa.id, rosa.first_name, rosa.email) == ("pr_1", "Rosa", "rosa.invented@people.test")
    assert rosa.links == ("https://profiles.example/rosa", "linkedin.com/in/rosa-invented")
    assert (rosa.tags, rosa.company) == (("Python", "mentor"), "Example Works, Ltd")
    assert rosa.updated_on == datetime(2026, 1, 6, 9, tzinfo=UTC)
    assert withdrawn.is_withdrawn
    assert (bo.id, bo.headline) == (None, 'Says "hello" to\neverybody')
    assert prospect_of(bo, "csv-1").headline == 'Says "hello" to everybody'


def test_a_text_file_is_read_too() -> None:
    with FIXTURE.open(encoding="utf-8", newline="") as file:
        assert len(list(read_prospects(file))) == 3


@pytest.mark.parametrize(
    ("header", "row", "field", "value"),
    [
        ("E-mail;ID", "a@b.test;pr_1", "id", "pr_1"),
        ("EMAIL_ADDRESS", "a@b.test", "email", "a@b.test"),
        ("\ufeffEmail,x", "a@b.test,y", "email", "a@b.test"),
        ('\ufeff"e mail";"Phone Number"', '"a@b.test";"1;2"', "mobile_phone", "1;2"),
        ("Email,Employer,Job-Title", "a@b.test,Works,Engineer", "company", "Works"),
        ("Email,Position", "a@b.test,Engineer", "title", "Engineer"),
        ("Email,Survey", "a@b.test,software-engineer", "job_function", "software-engineer"),
        ("Email,Full Name", 'a@b.test,"Invented, Rosa"', "first_name", "Rosa"),
        ("Email,Name", "a@b.test,Rosa", "last_name", None),
        ("Email,Name,First Name", "a@b.test,Wrong,Rosa", "first_name", "Rosa"),
        ("Email,Tags", "a@b.test,a | b;;c", "tags", ("a", "b", "c")),
        (
            "Links,Email,LinkedIn URL",
            "x.test/1|y.test,a@b.test,z.test",
            "links",
            ("x.test/1", "y.test", "z.test"),
        ),
        ("Email,Opt-in Date", "a@b.test,2026-01-06", "opted_in_on", datetime(2026, 1, 6, tzinfo=UTC)),
        ("Email,Opted In At", "a@b.test,46026", "opted_in_on", None),
        ("E\u2011mail\tJOB\u00a0TITLE", "a@b.test\tEngineer", "title", "Engineer"),
        ("\u200bemail|\u2060 Mobile\u2013Phone\ufeff", "a@b.test|+15550100", "mobile_phone", "+15550100"),
        ('"E-\nmail",Head\u00adline', "a@b.test,Maker", "headline", "Maker"),
        ("\uff25mail,Company", "a@b.test,Works", "company", "Works"),
        ("Email,Company,,", "a@b.test,Works", "company", "Works"),
        ("sep=;\nEmail;Company", "a@b.test;Works, Ltd", "company", "Works, Ltd"),
        ("sep=;\nEmail;Company, Name, Phone", "a@b.test;Works, Ltd", "email", "a@b.test"),
        ('\ufeff"SEP=\t"\nEmail\tCompany', "a@b.test\tWorks", "company", "Works"),
        ("Email,Company", '="a@b.test",="Works"', "email", "a@b.test"),
        ("Email,Company", "\u200b<mailto:a@b.test>\u00a0;,Works", "email", "a@b.test"),
        ("Email,Company", "a@b.test,'=Works", "company", "=Works"),
        ("Email,Company", "a@b.test,\u00a0Works\u200b", "company", "Works"),
        ("Email,Prospect ID", "a@b.test,17.0", "id", "17"),
        ("Email,Prospect ID", "a@b.test,\u200bpr_1\u00a0", "id", "pr_1"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_columns_are_found_by_any_of_their_names(
    header: str, row: str, field: str, value: object, end: str
) -> None:
    assert getattr(only(f"{header}{end}{row}{end}"), field) == value


@pytest.mark.parametrize("status", ["Withdrawn", "opted out", "Opted-Out", "OPT_OUT", "unsubscribed"])
def test_who_opted_out_counts_as_withdrawn(status: str) -> None:
    assert only(f"Email,Status\na@b.test,{status}\n").is_withdrawn


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "file is empty"),
        (b"\xef\xbb\xbf\r\n\n", "file is empty"),
        (HEADER.encode(), "no prospects"),
        (HEADER.encode() + b"\n,,\n", "no prospects"),
        (b"Vorname,Telefon\nRosa,5550100\n", "needs a header line .* 'Email' .* Found: 'Vorname', 'Telefon'"),
        (b"Rosa,rosa@people.test,5550100\n", "3 cells and looks like somebody's data"),
        (b"Email,Name,E-mail\n", r"'Email' \(column 1\) and 'E-mail' \(column 3\) mean the same"),
        (b"Email,Phone,Mobile Phone\n", "'Phone' .* 'Mobile Phone' .* mean the same"),
        ("Email\nå@b.test\n".encode("latin-1"), "Line 2 is not UTF-8"),
        ("Email\nå@b.test\n".encode("utf-16")[:-1], "Line 2 is not UTF-16"),
        (b"PK\x03\x04\x14\x00", "a spreadsheet's own file"),
        (b'"Email\na@b.test\n', "header line .* has a quotation mark"),
        (b'Email,Name\na@b.test,"Rosa\nb@b.test,Bo\n', "begins at line 2 has a quotation mark"),
        (b'Email,Name\na@b.test,"' + b"x\n" * 200_000, "begins at line 2 has a quotation mark"),
        (b"Email\na@b.test\n" + b"x" * (1 << 24) + b"x", "Line 3 is longer than 16 MB"),
        (b"\x00\x01" * 100, "NUL characters"),
        (b"sep=;\nEmail,Name\na@b.test,Rosa\n", "'sep=;' contradicts the header line, whose columns .* ','"),
        (b"sep=\t\nEmail;Name\na@b.test;Rosa\n", r"'sep=\\t' contradicts"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_in_clear_words(content: bytes, reason: str) -> None:
    with pytest.raises(CsvProblem, match=reason) as caught:
        rows_of(content)
    assert not any(word in caught.value.reason.casefold() for word in ("rosa", "a@b.test", "5550100"))


def test_a_bad_header_is_told_before_any_row_is_asked_for() -> None:
    with pytest.raises(CsvProblem):
        read_prospects(["Name\n", "Rosa\n"])


def test_the_rows_before_a_broken_one_are_given_out() -> None:
    rows = read_prospects(["Email\n", "a@b.test\n", '"b@b.test\n'])
    assert isinstance(next(rows), ProspectEntry)
    with pytest.raises(CsvProblem):
        next(rows)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("pr_1,rosa@b.test", "2 cells, the header has 3"),
        ("pr_1,rosa@b.test,Rosa,Invented", "4 cells, the header has 3"),
        (",,Rosa", "neither a Prospect ID nor an e-mail"),
        ("../rosa,rosa@b.test,Rosa", "Prospect ID is none"),
        ("pr_1,rosa\x00@b.test,Rosa", "NUL"),
        ("x" * 5000 + ",rosa@b.test,Rosa", "longer than 4,096"),
        ('pr_1,"rosa@b.test\n",Rosa'.replace("\n", "\nx"), "over several lines"),
        ("pr_1,rosa@b.test," + "x" * 10_000_000, "too long"),
        ('pr_1,rosa@b.test,"Ro"sa', "misplaced quotation marks"),
        ("#N/A,rosa@b.test,Rosa", "Prospect ID holds a spreadsheet's error value"),
    ],
)
def test_a_bad_row_is_told_by_its_line_without_anybodys_data_and_the_rest_is_read(
    row: str, reason: str
) -> None:
    before, bad, after = rows_of(f'{HEADER}pr_0,a@b.test,"A\nB"\n{row}\npr_2,c@b.test,C\n')
    assert isinstance(bad, BadRow)
    assert bad.line == 4
    assert reason in bad.reason
    assert "rosa" not in bad.reason.casefold()
    assert [one.id for one in (before, after) if isinstance(one, ProspectEntry)] == ["pr_0", "pr_2"]


def test_a_bad_row_over_several_lines_says_how_far_it_reaches() -> None:
    [bad, after] = rows_of('Email,Name\na@b.test,"A\nb@b.test,"B\nc@b.test,C\n')
    assert bad == BadRow(
        2,
        "A cell of the row is too long, or has misplaced quotation marks or line ends. It reaches to line 3.",
    )
    assert isinstance(after, ProspectEntry)


def test_a_quotation_mark_within_a_cell_is_a_character_and_says_nothing_of_later_rows() -> None:
    first, bad, after = rows_of('Email,Name\na@b.test,19" Rosa\nb@b.test,"B"o\nc@b.test,C\n')
    assert isinstance(first, ProspectEntry)
    assert first.first_name == '19"'
    assert isinstance(bad, BadRow)
    assert isinstance(after, ProspectEntry)


def test_what_stands_in_columns_we_do_not_know_does_not_matter() -> None:
    assert only("Email,Notes,Notes\na@b.test," + "x" * 5000 + ",\x00\n").email == "a@b.test"


def test_blank_cells_after_the_last_column_and_blank_rows_do_not_matter() -> None:
    assert len(rows_of(HEADER + "\n,,\npr_1,a@b.test,A,,\n\n")) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_a_spreadsheet_calls_unicode_text_is_read(encoding: str, end: str) -> None:
    rows = f'name\temail\theadline{end}Rosa\tr@b.test\t"Maker, of\nthings"{end}B\u014d\tb@b.test{3 * chr(9)}{end}'
    rosa, bo = rows_of(rows.encode(encoding))
    assert isinstance(rosa, ProspectEntry)
    assert isinstance(bo, ProspectEntry)
    assert (rosa.email, rosa.headline, bo.first_name) == ("r@b.test", "Maker, of\nthings", "B\u014d")


REMARKS = {
    "Mobile Phone": ("4.479E+11", "A phone number was left out: it was rounded by a spreadsheet"),
    "Phone": ("#########", "A phone number was left out: it was too wide"),
    "Links": ("see my page", "1 of 1 links were left out"),
    "Headline": (
        "#NAME?",
        "The cell in the column 'Headline' was left out: it holds a spreadsheet's error value",
    ),
    "Company": ("x" * 5000, "The cell in the column 'Company' was left out: it is longer than 4,096"),
    "Tags": ("#N/A", "The cell in the column 'Tags' was left out"),
    "Name": ("#REF!", "The cell in the column 'Name' was left out"),
    "Opted In On": ("06/01/2026", "The cell in the column 'Opted In On' was left out: it is no date"),
}


@pytest.mark.parametrize("column", REMARKS)
def test_one_cells_flaw_is_remarked_on_by_its_line_and_the_person_is_taken_in(column: str) -> None:
    cell, said = REMARKS[column]
    entries, [remark], [] = sorted_out(
        f'Email,Location,{column}\na@b.test,"A\nB",\nc@b.test,C,{cell}\nd@b.test,D,\n'
    )
    assert [entry.email for entry in entries] == ["a@b.test", "c@b.test", "d@b.test"]
    assert remark.line == 4
    assert remark.reason.startswith(said)
    assert cell not in remark.reason


def test_an_address_of_which_no_lead_can_be_made_is_remarked_on() -> None:
    [_], [remark], [] = sorted_out("Email\nro\u200bsa@b.test\n")
    assert "has an invisible character (U+200B, zero width space) in place 3" in remark.reason


def test_whoever_may_have_withdrawn_is_not_taken_in() -> None:
    [], [], [bad] = sorted_out("Email,Status\nrosa@b.test,#REF!\n")
    assert bad == BadRow(2, "The row's Status holds a spreadsheet's error value.")


def test_line_numbers_count_the_line_that_declares_the_separator() -> None:
    [_], [], [bad] = sorted_out("sep=;\nEmail;Name\na@b.test;A\nb@b.test\n")
    assert bad.line == 4


def test_a_large_file_takes_no_more_memory_than_a_small_one() -> None:
    def lines(count: int) -> Iterator[str]:
        yield HEADER
        yield from (f"pr_{number},p{number}@people.test,Person {number}\n" for number in range(count))

    def peak(count: int) -> int:
        tracemalloc.start()
        assert sum(1 for _ in read_prospects(lines(count))) == count
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    peak(10)
    assert peak(5000) < peak(50) + 20_000


# Python's writer leaves a lone carriage return unquoted, which is no CSV.
CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=30)


@given(
    st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_whatever_a_csv_writer_wrote_is_read_back(
    cells: list[tuple[str, str]], delimiter: str, end: str
) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end)
    writer.writerow(["Prospect ID", "Email", "Headline", "Location"])
    writer.writerows([f"pr_{n}", "a@b.test", *pair] for n, pair in enumerate(cells))
    rows = list(read_prospects(text_lines(io.BytesIO(file.getvalue().encode()))))
    assert [
        (one.id, one.headline or "", one.location or "") for one in rows if isinstance(one, ProspectEntry)
    ] == [(f"pr_{n}", *(clean_text(plain_cell(cell)) for cell in pair)) for n, pair in enumerate(cells)]


@given(st.text(max_size=200) | st.text(alphabet='",;\n\r\x00a@.', max_size=60))
def test_no_file_leads_to_another_error_or_shows_its_content(content: str) -> None:
    try:
        rows = list(read_prospects(io.StringIO("Email,Name\n" + content, newline="")))
    except CsvProblem:
        return
    assert all(isinstance(row, ProspectEntry | RowRemark | BadRow) for row in rows)
