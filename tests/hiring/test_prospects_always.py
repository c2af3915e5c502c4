"""What holds for any text in any of a prospect's fields."""

import json
import pickle
import re
from dataclasses import asdict, replace

from hypothesis import given
from hypothesis import strategies as st

from cleaning.phone import LONGEST as LONGEST_PHONE
from cleaning.text import clean_line, match_key
from hiring.lead_fields import LONGEST_LABEL, LONGEST_LINK, LONGEST_TEXT, MOST_LINKS
from hiring.prospects import (
    IfInLever,
    Lead,
    PostingRule,
    Prospect,
    ProspectPolicy,
    Unusable,
    lead_of,
)

ANY = st.text(st.characters())  # also halves of characters, control characters, the unassigned
DIRTY = ANY | st.sampled_from(["\r\n", "\x00", "\ud800", "\u202e", " ", "a" * 5000, "x\ty"])
EMAILS = st.builds("{}@people.test".format, st.from_regex(r"[a-z.]{1,9}", fullmatch=True) | ANY) | DIRTY
PHONES = (
    st.sampled_from(["4.479E+11", "#####", "'+447700900123", "1 ::: 2", "call me"])
    | st.from_regex(r"[+(]?[0-9 ().-]{5,25}", fullmatch=True)
    | DIRTY
)
LINKS = st.builds(
    "{}{}".format, st.sampled_from(["https://", "http://a.test/", "linkedin.com/in/", ""]), DIRTY
)
PROSPECTS = st.builds(
    Prospect,
    id=st.just("pr_1"),
    is_active=st.booleans(),
    name=DIRTY,
    email=st.none() | EMAILS,
    phone=st.none() | PHONES,
    headline=DIRTY,
    location=DIRTY,
    links=st.lists(LINKS, max_size=30).map(tuple),
    tags=st.lists(DIRTY, max_size=5).map(tuple),
    job_function=st.none() | DIRTY,
    opted_in_on=st.none(),
    updated_on=st.none(),
)
GOOD = st.builds(replace, PROSPECTS, is_active=st.just(True), email=st.just("rosa@people.test"))
RULES = st.lists(st.builds(PostingRule, st.just("p-1"), DIRTY.filter(match_key)), max_size=3).map(tuple)
POLICIES = st.builds(
    ProspectPolicy, DIRTY, st.lists(DIRTY, max_size=5).map(tuple), st.sampled_from(IfInLever), RULES
)
ROSA = Prospect("pr_1", True, "", "rosa@people.test", None, "", "", (), (), None, None, None)
REASONS = re.compile(
    "The prospect has withdrawn in Crosschq; there is nothing to do.|"
    "The prospect has no e-mail address: add one in Crosschq, then export the prospect again.|"
    "The prospect's e-mail address [^@]{1,80}(@|: write one address|after the @)*"
    ": correct it in Crosschq, then export the prospect again."
)
NEVER_PRINTED = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def tried(prospect: Prospect, policy: ProspectPolicy) -> Lead | Unusable:
    try:
        return lead_of(prospect, policy)
    except Unusable as unusable:
        return unusable


def texts(lead: Lead) -> list[tuple[str, int]]:
    """Every text of it, and how long it may be."""
    single = [(text, LONGEST_TEXT) for text in (lead.name, lead.headline, lead.location)]
    several = [(text, LONGEST_LABEL) for text in (*lead.sources, *lead.tags)]
    return [
        *single,
        *several,
        *((link, LONGEST_LINK) for link in lead.links),
        *((phone, LONGEST_PHONE) for phone in lead.phones),
        *((e, 254) for e in lead.emails),
    ]


def check_is_clean(lead: Lead) -> None:
    for text, longest in texts(lead):
        assert len(text) <= longest
        assert text == text.strip()
        assert not NEVER_PRINTED.search(text)
    json.dumps(asdict(lead), ensure_ascii=False).encode()
    assert len(lead.emails) == 1
    assert len(lead.links) <= MOST_LINKS
    assert all(re.match("https?://[^/@ ]", link, re.IGNORECASE) for link in lead.links)
    for several in (lead.links, lead.tags, lead.sources, lead.phones):
        assert len(set(several)) == len(several)
        assert all(several)


@given(PROSPECTS, POLICIES)
def test_a_prospect_is_a_clean_lead_or_unusable_for_a_reason_that_names_nobody(
    prospect: Prospect, policy: ProspectPolicy
) -> None:
    made = tried(prospect, policy)
    if isinstance(made, Lead):
        check_is_clean(made)
    else:
        assert REASONS.fullmatch(made.reason)
        assert str(made) == made.reason


@given(GOOD, POLICIES)
def test_no_text_stops_one_who_has_an_address(prospect: Prospect, policy: ProspectPolicy) -> None:
    check_is_clean(lead_of(prospect, policy))


@given(GOOD, POLICIES)
def test_a_lead_made_of_a_lead_is_the_same(prospect: Prospect, policy: ProspectPolicy) -> None:
    once = lead_of(prospect, policy)
    again = replace(
        prospect, name=once.name, headline=once.headline, location=once.location, links=once.links
    )
    cleaned = replace(policy, source=next(iter(once.sources), ""), tags=once.tags)
    assert lead_of(again, cleaned) == once


@given(PHONES, POLICIES)
def test_a_phone_number_is_taken_over_or_its_loss_is_told(phone: str, policy: ProspectPolicy) -> None:
    lead = lead_of(replace(ROSA, phone=phone), policy)
    assert lead.phones or lead.remarks or not clean_line(re.sub("[:;,/|]", "", phone))
    assert all("phone" in remark for remark in lead.remarks)


def test_why_one_is_unusable_survives_the_way_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(Unusable("Why."))).reason == "Why."  # noqa: S301


@given(ANY.filter(lambda text: len(text) > 3))
def test_nobodys_data_show_in_a_repr(text: str) -> None:
    blank = Prospect("pr_1", True, "", None, None, "", "", (), (), None, None, None)
    full = Prospect("pr_1", True, text, text, text, text, text, (text,), (text,), text, None, None)
    assert repr(full) == repr(blank)
