"""What is filled in wrongly is not recorded; the page says what to correct and keeps what was chosen."""

import pytest

from tests.pages.owner import Owner, filled


async def test_the_form_says_what_is_asked_and_stores_nobodys_name(owner: Owner) -> None:
    page = await owner.open()
    assert page.status_code == 200
    assert "Was the candidate hired?" in page.text
    assert "Engineer &lt;II&gt; &amp; more" in page.text
    assert "Crosschq report of 10 November 2024" in page.text
    assert " checked" not in page.text
    assert 'value="2024-11-24" min="2023-11-11" max="2024-11-25"' in page.text


@pytest.mark.parametrize("outcome", ["", "HIRED", "hired\0", "maybe"])
async def test_without_one_of_the_three_answers_nothing_is_recorded(owner: Owner, outcome: str) -> None:
    sent = await owner.send(outcome)
    assert sent.status_code == 400
    assert "Please choose one of the three answers." in sent.text
    assert (await owner.follow_up()).answer is None
    assert await owner.audits() == []


@pytest.mark.parametrize(
    ("hired_on", "problem"),
    [
        ("", "Please give the day of the hire, such as 2024-11-24."),
        ("yesterday", "Please give the day of the hire"),
        ("2024-02-30", "Please give the day of the hire"),
        ("2024-11-20\0", "Please give the day of the hire"),
        ("2024-11-26", "cannot be in the future"),
        ("9999-12-31", "cannot be in the future"),
        ("2023-11-10", "cannot be before 11 November 2023"),
        ("0001-01-01", "cannot be before 11 November 2023"),
    ],
)
async def test_a_day_that_cannot_be_is_refused_and_the_choice_kept(
    owner: Owner, hired_on: str, problem: str
) -> None:
    sent = await owner.send("hired", hired_on)
    assert sent.status_code == 400
    assert problem in sent.text
    assert 'value="hired" checked' in sent.text
    assert 'aria-invalid="true" aria-describedby="problem"' in sent.text
    assert (await owner.follow_up()).answer is None


@pytest.mark.parametrize("hired_on", ["2023-11-11", "2024-11-24", "2024-11-25"])
async def test_a_day_from_a_year_before_the_report_until_today_somewhere_on_earth_is_taken(
    owner: Owner, hired_on: str
) -> None:
    assert (await owner.send("hired", hired_on)).status_code == 303
    assert str((await owner.follow_up()).hired_on) == hired_on


async def test_what_was_wrong_can_be_corrected_on_the_page_that_says_so(owner: Owner) -> None:
    wrong = await owner.send("hired", "2030-01-01")
    corrected = await owner.browser.post(owner.path, data=filled(wrong, "hired", "2024-11-01"))
    assert corrected.status_code == 303


async def test_what_was_typed_is_shown_as_text(owner: Owner) -> None:
    sent = await owner.send("hired", '"><script>alert(1)</script>')
    assert "<script" not in sent.text
    assert "&lt;script&gt;" in sent.text


@pytest.mark.parametrize(
    "extra", ["&outcome=not_hired", "&hired_on=2024-11-21", "".join(f"&f{n}=1" for n in range(30))]
)
async def test_a_form_that_no_browser_sends_is_not_recorded(owner: Owner, extra: str) -> None:
    form = filled(await owner.open(), "hired")
    body = "&".join(f"{name}={value}" for name, value in form.items()) + extra
    sent = await owner.browser.post(
        owner.path, content=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert sent.status_code in (400, 403)
    assert (await owner.follow_up()).answer is None


async def test_a_body_over_the_limit_is_refused_and_not_read_on(owner: Owner) -> None:
    await owner.open()
    sent = await owner.browser.post(owner.path, content=b"outcome=hired&x=" + b"x" * 2048)
    assert (sent.status_code, sent.headers["connection"]) == (413, "close")
    assert (await owner.follow_up()).answer is None
