"""What becomes of a prospect's fields on the way to a lead."""

from dataclasses import replace

import pytest

from hiring.prospects import (
    IfInLever,
    PostingRule,
    Prospect,
    ProspectPolicy,
    Unusable,
    headline_of,
    lead_of,
    posting_for,
)

ROSA = Prospect(
    id="pr_1",
    is_active=True,
    name="Rosa Invented",
    email="rosa.invented@people.test",
    phone="+1 (555) 010-0199",
    headline="Staff Engineer, Example Works",
    location="Lisbon",
    links=("https://profiles.example/rosa",),
    tags=("Python", "mentor"),
    job_function="software-engineer",
    opted_in_on=None,
    updated_on=None,
)
POLICY = ProspectPolicy(source="Crosschq", tags=("Crosschq prospect",), if_in_lever=IfInLever.SKIP)


def test_a_lead_carries_what_is_known_and_the_connections_source_and_tags() -> None:
    lead = lead_of(ROSA, POLICY)
    assert (lead.name, lead.headline, lead.location) == (ROSA.name, ROSA.headline, ROSA.location)
    assert (lead.emails, lead.phones, lead.links) == ((ROSA.email,), (ROSA.phone,), ROSA.links)
    assert (lead.sources, lead.tags, lead.posting_id) == (("Crosschq",), ("Crosschq prospect",), None)


def test_a_lead_needs_no_more_than_an_e_mail_address() -> None:
    bare = replace(ROSA, name="", phone=None, headline="", location="", links=(), tags=(), job_function=None)
    lead = lead_of(bare, replace(POLICY, source=" ", tags=("", " a ", "a")))
    assert lead.emails == ("rosa.invented@people.test",)
    assert (lead.name, lead.phones, lead.links, lead.sources, lead.tags) == ("", (), (), (), ("a",))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"is_active": False}, "withdrawn"),
        ({"email": None}, "no e-mail"),
        ({"email": " \n"}, "no e-mail"),
        ({"email": "\u200b\u00a0"}, "no e-mail"),
        ({"email": "rosa"}, "e-mail address has no @"),
        ({"email": "rosa@people.test, bo@people.test"}, "more than one @"),
        ({"email": "rosa@people.test\nBcc: bo@people.test"}, "more than one @"),
        ({"email": "ro\u200bsa@people.test"}, "invisible character (U+200B, zero width space) in place 3"),
        ({"email": "ro\ud800sa@people.test"}, "invisible character (U+D800"),
        ({"email": "r" * 250 + "@people.test"}, "longer than 254"),
    ],
)
def test_who_cannot_be_a_lead_is_told_why_without_their_data(change: dict[str, object], reason: str) -> None:
    with pytest.raises(Unusable) as caught:
        lead_of(replace(ROSA, **change), POLICY)  # type: ignore[arg-type]
    assert reason in caught.value.reason
    assert not any(word in caught.value.reason.casefold() for word in ("rosa", "people.test", "555", "call"))


@pytest.mark.parametrize(
    "written", ["\u200brosa.invented@people.test\u00a0", "mailto:rosa.invented@people.test;"]
)
def test_what_copying_left_around_an_address_is_removed(written: str) -> None:
    assert lead_of(replace(ROSA, email=written), POLICY).emails == ("rosa.invented@people.test",)


@pytest.mark.parametrize(
    "phone", ["+15550100", "(415) 555-0100", "020 7946 0000", "0049/30.123456", "+1 555 0100 ext 7"]
)
def test_a_phone_number_stays_as_it_was_written(phone: str) -> None:
    lead = lead_of(replace(ROSA, phone=f" {phone}\r\n"), POLICY)
    assert (lead.phones, lead.remarks) == ((phone,), ())


FLAWED = {
    "a phone of words": ({"phone": "call me"}, "A phone number was left out: it is no number"),
    "a rounded phone": ({"phone": "4.479E+11"}, "A phone number was left out: it was rounded"),
    "a lost phone": ({"phone": "########"}, "A phone number was left out: it was too wide"),
    "one phone of two": ({"phone": "+1 555 010 0199 ::: 12"}, "A phone number was left out: it has less"),
    "a link that is none": ({"links": ("my page",)}, "1 of 1 links were left out"),
    "a link cut in two": ({"links": ("https://a.test/\u200bb", "a.test")}, "1 of 2 links were left out"),
    "a lost headline": ({"headline": "#NAME?"}, "The headline was left out: it holds a spreadsheet's error"),
    "a lost name": ({"name": "#N/A"}, "The name was left out"),
    "a lost location": ({"location": "#REF!"}, "The location was left out"),
}


@pytest.mark.parametrize("flaw", FLAWED)
def test_one_fields_flaw_leaves_the_field_out_and_says_so(flaw: str) -> None:
    change, remark = FLAWED[flaw]
    lead = lead_of(replace(ROSA, **change), POLICY)  # type: ignore[arg-type]
    assert lead.emails == ("rosa.invented@people.test",)
    [said] = lead.remarks
    assert said.startswith(remark)


def test_two_numbers_of_one_field_are_two_of_the_lead() -> None:
    lead = lead_of(replace(ROSA, phone="'+1 555 010 0199 ::: tel:+1-555-010-0198"), POLICY)
    assert (lead.phones, lead.remarks) == (("+1 555 010 0199", "+1-555-010-0198"), ())


@pytest.mark.parametrize(
    ("written", "links"),
    [
        (("linkedin.com/in/rosa", "https://linkedin.com/in/rosa"), ("https://linkedin.com/in/rosa",)),
        (
            ("www.example.test", "HTTP://example.test/a"),
            ("https://www.example.test", "HTTP://example.test/a"),
        ),
        (("https://example.test:8443/a?b=c#d",), ("https://example.test:8443/a?b=c#d",)),
        (("javascript:alert(1)", "ftp://a.test", "mailto:rosa@a.test", "rosa@a.test", "rosa"), ()),
        (("https://user:word@example.test", "https://", "http:///a", "http://[", "//a.test"), ()),
        (
            (
                "https://a.test/b c",
                "https://a.test/\r\nSet-Cookie",
                "\u200bhttps://a.test/\u00a0",
                "https://a.test/" + "x" * 2000,
            ),
            ("https://a.test/",),
        ),
        (tuple(f"https://a.test/{n}" for n in range(30)), tuple(f"https://a.test/{n}" for n in range(20))),
    ],
)
def test_of_links_the_web_addresses_are_kept(written: tuple[str, ...], links: tuple[str, ...]) -> None:
    assert lead_of(replace(ROSA, links=written), POLICY).links == links


def test_text_is_one_line_and_bounded() -> None:
    lead = lead_of(replace(ROSA, name=" Rosa\r\nX-Header:\x00 \u202eInvented ", headline="h" * 5000), POLICY)
    assert lead.name == "Rosa X-Header: Invented"
    assert lead.headline == "h" * 200


@pytest.mark.parametrize(
    ("parts", "headline"),
    [
        (("Builder", "Engineer", "Works"), "Builder"),
        ((" ", "Engineer", "Works"), "Engineer, Works"),
        (("", "Engineer", ""), "Engineer"),
        (("", "", " Works\n"), "Works"),
        (("", "", ""), ""),
    ],
)
def test_the_headline_is_the_persons_own_else_their_job(parts: tuple[str, str, str], headline: str) -> None:
    assert headline_of(*parts) == headline


def test_the_first_posting_rule_that_matches_counts_and_case_does_not() -> None:
    rules = (
        PostingRule("p-none", tag="java"),
        PostingRule("p-job", job_function=" Software-Engineer"),
        PostingRule("p-tag", tag="PYTHON "),
    )
    assert posting_for(ROSA, rules) == "p-job"
    assert posting_for(replace(ROSA, job_function=None), rules) == "p-tag"
    assert posting_for(replace(ROSA, job_function=None, tags=()), rules) is None
    assert lead_of(ROSA, replace(POLICY, posting_rules=rules)).posting_id == "p-job"


@pytest.mark.parametrize(("tag", "job_function"), [(None, None), ("a", "b"), (" ", ""), ("", None)])
def test_a_posting_rule_has_one_condition(tag: str | None, job_function: str | None) -> None:
    with pytest.raises(ValueError, match="either a tag or a job function"):
        PostingRule("p-1", tag=tag, job_function=job_function)
