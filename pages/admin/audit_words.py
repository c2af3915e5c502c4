"""Entries of the audit in words: who acted and on what, with the way to what is still there. Decides nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lever.links import opportunity_page
from store.audit_trail import Entry, StillThere, Which, number_in
from store.erasure import ERASED
from store.tables import OPEN_REQUEST, Audit, ReferenceRequest, RequestState

WHICH: Mapping[Which, str] = {
    Which.CHANGES: "Changes",
    Which.PEOPLE: "Changes by people",
    Which.ALL: "All, also looks that changed nothing",
}


@dataclass(frozen=True)
class Named:
    """What a page writes, and where that leads; None: nowhere."""

    text: str
    page: str | None = None
    is_outside: bool = False


@dataclass(frozen=True)
class Told:
    entry: Entry
    there: StillThere

    @property
    def audit(self) -> Audit:
        return self.entry.audit

    @property
    def who(self) -> Named:
        return self._row(self.audit.who) or Named(self.audit.who)

    @property
    def about(self) -> Named:
        subject = self.audit.subject
        kind, _, which = subject.partition(":")
        if subject.startswith(ERASED):
            return Named("Somebody who was erased")
        if kind == "opportunity":
            lever = self.entry.connection.lever_url if self.entry.connection else ""
            return Named(f"Opportunity {which}", opportunity_page(lever, which), is_outside=True)
        return self._row(subject) or self._connection(subject) or Named(subject)

    @property
    def of(self) -> Named | None:
        """The connection that it belongs to; None where it is about the connection itself, or about none."""
        one = self.entry.connection
        is_itself = number_in(self.audit.subject, "connection") is not None
        return None if one is None or is_itself else Named(one.name, f"/connections/{one.id}")

    def _connection(self, subject: str) -> Named | None:
        number, one = number_in(subject, "connection"), self.entry.connection
        if number is None:
            return None
        if one is None or one.id != number:
            return Named(f"Connection {number}")
        return Named(one.name, f"/connections/{number}")

    def _row(self, text: str) -> Named | None:
        kinds: Mapping[str, Callable[[int], Named]] = {
            "delivery": self._delivery,
            "follow-up": self._follow_up,
            "request": self._request,
            "person": self._person,
        }
        found = ((tell, number_in(text, kind)) for kind, tell in kinds.items())
        return next((tell(number) for tell, number in found if number is not None), None)

    def _delivery(self, number: int) -> Named:
        return Named(
            f"Delivery {number}", f"/deliveries/{number}" if number in self.there.deliveries else None
        )

    def _follow_up(self, number: int) -> Named:
        return Named(
            f"Follow-up {number}", f"/follow-ups/{number}" if number in self.there.follow_ups else None
        )

    def _request(self, number: int) -> Named:
        one = self.there.requests.get(number)
        return Named(f"Request {number}", _page_of(one) if one else None)

    def _person(self, number: int) -> Named:
        name = self.there.people.get(number)
        return Named(f"{name} (person {number})", "/people") if name else Named(f"Person {number}")


def _page_of(request: ReferenceRequest) -> str | None:
    """No request has a page of its own: where a person's word is given, or that of the delivery that led to it."""
    if request.state is RequestState.UNKNOWN:
        return f"/waiting#request-{request.id}"
    if request.delivery_id is not None:
        return f"/deliveries/{request.delivery_id}"
    return "/waiting#requests" if request.state in OPEN_REQUEST else None
