"""A stray quotation mark never swallows rows unnoticed, and a cell over several lines is still one cell."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosschq.prospects import ProspectEntry
from crosschq.prospects_csv import BadRow, CsvProblem, RowRemark, read_prospects, text_lines

ANA, BRUNO, CHLOE = "ana@people.test", "bruno@people.test", "chloe@people.test"


def read(content: str) -> tuple[list[ProspectEntry], list[BadRow]]:
    rows = list(read_prospects(text_lines(io.BytesIO(content.encode()))))
    assert not any(isinstance(row, RowRemark) for row in rows)
    entries = [row for row in rows if isinstance(row, ProspectEntry)]
    return entries, [row for row in rows if isinstance(row, BadRow)]


STRAY = {
    "in the last column": (
        "Name,Email,Headline",
        [f'Ana,{ANA},"call after 5”', f'Bruno,{BRUNO},screen 12"'],
    ),
    "in the e-mail column": (
        "Name,Email,Headline",
        [f'Ana,"{ANA},Builder', f'Bruno,{BRUNO}",Maker'],
    ),
    "in the first column": (
        "Name,Email,Headline",
        [f'"Ana,{ANA},Builder', f'Bruno",{BRUNO},Maker'],
    ),
    "in a column between": (
        "Prospect ID,Name,Email,Headline",
        [f'1,"Ana,{ANA},Builder', f'2,Bruno",{BRUNO},Maker'],
    ),
    "before a row that has withdrawn": (
        "Prospect ID,Status,Email,Headline",
        [f'1,active,{ANA},"call', '2,withdrawn,,"'],
    ),
    "before a row with a cell too few": (
        "Prospect ID,Name,Email,Headline,Company",
        [f'1,Ana,{ANA},Builder,"Works', f'2,Bruno,{BRUNO},Maker"'],
    ),
    "after a cell over two lines": (
        "Name,Headline,Email,Company",
        ['Ana,"Builder', f'and maker",{ANA},"Works', f'Bruno,Maker,{BRUNO},Works 12"'],
    ),
    "in a column that is not taken over": (
        "Name,Email,Remarks",
        [f'Ana,{ANA},"see', f'Bruno,{BRUNO},"'],
    ),
    "before a row whose address is none": (
        "Name,Email,Headline",
        [f'Ana,{ANA},"call', 'Bruno,bruno@people@test,screen 12"'],
    ),
    "before a row with something unseen in its address": (
        "Name,Email,Headline",
        [f'Ana,{ANA},"call', 'Bruno,bru\u200bno@people.test,screen 12"'],
    ),
    "with semicolons": (
        "Name;Email;Headline",
        [f'Ana;{ANA};"call', f'Bruno;{BRUNO};screen 12"'],
    ),
}


@pytest.mark.parametrize("where", STRAY)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_an_even_number_of_stray_marks_is_told_with_the_line_at_which_the_first_opened(
    where: str, end: str
) -> None:
    header, swallowed = STRAY[where]
    after = [CHLOE if name == "Email" else "9" for name in header.replace(";", ",").split(",")]
    delimiter = ";" if ";" in header else ","
    entries, [bad] = read(end.join([header, *swallowed, delimiter.join(after), ""]))
    assert [entry.email for entry in entries] == [CHLOE]
    opened_at = 3 if where == "after a cell over two lines" else 2
    assert bad.line == 2
    assert f"opens in line {opened_at} " in bad.reason or "over several lines" in bad.reason
    assert "people.test" not in bad.reason


def test_two_marks_far_apart_are_told_with_all_lines_between_them() -> None:
    rows = [f"P{n},p{n}@people.test,Builder" for n in range(300)]
    rows[20] = 'P20,p20@people.test,"call'
    rows[290] = 'P290,p290@people.test,12"'
    entries, [bad] = read("\n".join(["Name,Email,Headline", *rows, ""]))
    assert [entry.email for entry in entries] == [f"p{n}@people.test" for n in (*range(20), *range(291, 300))]
    assert bad.line == 22
    assert "opens in line 22 " in bad.reason
    assert "lines 22 to 292 was taken in" in bad.reason


def test_a_mark_that_stays_open_is_told_with_the_line_at_which_it_opened() -> None:
    content = (
        f'Name,Headline,Email,Company\nAna,"Builder\nand maker",{ANA},"Works\nBruno,Maker,{BRUNO},Works\n'
    )
    with pytest.raises(CsvProblem, match=r"begins at line 2 has a quotation mark .* opens in line 3\."):
        read(content)


WHOLE = {
    "an address of its own": ("Name,Email,Headline", f'Ana,{ANA},"Builder\nana@work.test\nand maker"'),
    "an address among words": (
        "Name,Email,Headline",
        f'Ana,{ANA},"Write, please,\nto ana@work.test, or call"',
    ),
    "as many delimiters as the file": (
        "Name,Email,Headline",
        f'Ana,{ANA},"one, two, three\nfour, five, six"',
    ),
    "more delimiters, in one line": ("Name,Email,Headline", f'Ana,{ANA},"a,b,{BRUNO},d,e,f"'),
    "a row of the file, in one line": ("Name,Email,Headline", f'Ana,{ANA},"Bruno,{BRUNO},x"'),
    "before the e-mail column": ("Headline,Email", f'"Builder\nand maker",{ANA}'),
    "right before the e-mail column": ("Name,Headline,Email", f'Ana,"Builder\nof things, and maker",{ANA}'),
    "a name in two lines": ("Name,Email,Headline", f'"Ana\nCosta",{ANA},Builder'),
    "blank lines": ("Name,Email,Headline", f'Ana,{ANA},"Builder\n\n\nmaker"'),
    "quotation marks written twice": (
        "Name,Email,Headline",
        f'Ana,{ANA},"says ""hi,\n""Bruno"", so, x"',
    ),
    "an address with a line end": ("Name,Email,Headline", f'Ana,"{ANA}\n",Builder'),
}


@pytest.mark.parametrize("what", WHOLE)
def test_a_cell_over_several_lines_is_one_cell(what: str) -> None:
    header, row = WHOLE[what]
    last = ",".join(CHLOE if name == "Email" else "x" for name in header.split(","))
    entries, bad = read(f"{header}\n{row}\n{last}\n")
    assert bad == []
    assert [entry.email for entry in entries] == [ANA, CHLOE]


@given(
    st.integers(2, 30),
    st.data(),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.lists(st.sampled_from(["Name", "Headline", "Company", "Remarks"]), unique=True, min_size=1),
)
def test_wherever_two_marks_are_put_everybody_is_taken_in_or_told_of(
    count: int, data: st.DataObject, quoting: int, others: list[str]
) -> None:
    header = data.draw(st.permutations(["Email", *others]))
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n", quoting=quoting).writerows(
        [
            header,
            *(
                [f"p{n}@people.test" if one == "Email" else f"{one} {n}" for one in header]
                for n in range(count)
            ),
        ]
    )
    lines = file.getvalue().splitlines()
    for place in data.draw(st.lists(st.integers(1, count), min_size=2, max_size=2)):
        at = data.draw(st.integers(0, len(lines[place])))
        lines[place] = f'{lines[place][:at]}"{lines[place][at:]}'
    told: set[int] = set()
    emails: set[str] = set()
    reader = read_prospects([f"{line}\n" for line in lines])
    try:
        for row in reader:
            if isinstance(row, ProspectEntry):
                emails.add(row.email or "")
            else:
                told |= {
                    *range(row.line, max(map(int, re.findall("[0-9]+", row.reason)), default=0) + 1),
                    row.line,
                }
    except CsvProblem as problem:
        assert "quotation mark" in problem.reason  # noqa: PT017 - what comes after it is told of by it
        return
    lost = {n + 2 for n in range(count) if f"p{n}@people.test" not in emails}
    assert lost <= told
