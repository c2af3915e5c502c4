"""What we believe about Crosschq's partner API, as tables: the one file to correct once its Swagger is read.

Holds facts, no behaviour. Each is marked with the section of docs/vendors/crosschq.md it rests on and with its
evidence: `documented` is Crosschq's own page, `inferred` is deduced or read from the one public client (v1, 2020).
v2's calls other than the list of surveys are unknown (1.4), so v1's are used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from outbound.paths import path_of


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One call. `path` may hold `:id` and always ends with a slash: without it Crosschq redirects or fails (1.3)."""

    method: str
    path: str
    evidence: str

    @property
    def operation(self) -> str:
        """The call as errors name it, without anybody's id."""
        return f"{self.method} {self.path}"

    def path_of(self, *ids: str) -> str:
        """`path` with the ids in place. ValueError for an id that would name another resource."""
        return path_of(self.path, *ids)


ACCOUNT_CONFIG: Final = Endpoint("GET", "/partners/config/", "documented, 1.3")
SURVEYS: Final = Endpoint("GET", "/api/v2/settings/jobrole/", "documented, 1.4")
REQUEST_REFERENCES: Final = Endpoint("POST", "/partners/reference-request/", "inferred, 1.3")
REFERENCE_REQUEST: Final = Endpoint("GET", "/partners/reference-request/:id/", "inferred, 1.3")
# No page and no client shows how to cancel; that it can be done inside Crosschq is known (1.8). The path is a guess.
CANCEL_REQUEST: Final = Endpoint("POST", "/partners/reference-request/:id/cancel/", "inferred, 1.8")
# Nor how to set the outcome; that Crosschq's own connectors do it is documented (5, "Hired URL"). The path is a guess.
SET_OUTCOME: Final = Endpoint("PUT", "/partners/reference-request/:id/outcome/", "inferred, 5")
# Prospects through an API were never seen (1.8), only connector toggles (4). Paths, parameters and fields are a guess.
PROSPECTS: Final = Endpoint("GET", "/partners/prospects/", "inferred, 4")
PROSPECT: Final = Endpoint("GET", "/partners/prospects/:id/", "inferred, 4")
# Inferred (1.8, 4, 5): what a Crosschq without such a call answers to it; 404 also where the thing itself is gone.
NO_SUCH_CALL_STATUSES: Final = frozenset({405, 501})

# Documented (1.2): the key stands in the Authorization header. Inferred: bare by default, no scheme word.
AUTHORIZATION_PREFIXES: Final = ("", "Token ", "Bearer ")

# Inferred (1.3): our name -> the name in the body that creates a request. `jobrole` is the survey, `job_position` the
# job's title; `requestor` is an e-mail address.
CREATE_FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "candidate": "candidate",
        "survey": "jobrole",
        "requestor": "requestor",
        "use_sms": "use_sms",
        "counts": "config_params",
        "send_past_due_notification": "send_past_due_notification",
        "send_completed_notification": "send_completed_notification",
        "candidate_message": "candidate_message",
        "job_position": "job_position",
        "hiring_manager": "hiring_manager",
    }
)
# Inferred (1.3): the id's name in the answer to that; everywhere else it is `id`.
CREATED_ID: Final = "request_id"

# Inferred (1.3, 1.6): our name -> its names in a request as read and as sent by webhook, the first present one counts.
# Traps: `created_at` but `updated_on`; the job is `job_position` when read and `job_role` in a webhook.
REQUEST_FIELDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "id": ("id",),
        "candidate": ("candidate",),
        "job": ("job_position", "job_role"),
        "status": ("status",),
        "progress": ("progress",),
        "references": ("references",),
        "created_at": ("created_at",),
        "updated_on": ("updated_on",),
        "status_updated_on": ("status_updated_on",),
        "report_url": ("report_url",),
        "report_summary_pdf": ("report_summary_pdf",),
        "report_full_pdf": ("report_full_pdf",),
        # Inferred (5) and absent from most: that Crosschq knows hired and not hired is documented, these names are not.
        "hiring_status": ("hiring_status",),
        "hired_on": ("hired_on",),
    }
)

# Inferred (5): our name -> the name in the body that sets the outcome; the day is YYYY-MM-DD or null.
OUTCOME_FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {"hiring_status": "hiring_status", "hired_on": "hired_on"}
)


class HiringStatus(StrEnum):
    """What became of a candidate, in Crosschq's words: all of them inferred (5), compared as statuses are."""

    HIRED = "hired"
    NOT_HIRED = "not_hired"
    UNDECIDED = "undecided"


# Inferred (1.6): progress at which, together with a report URL, a request is complete.
COMPLETE_PROGRESS: Final = 100

# Inferred: no page names the hosts of report links; a connection may trust others. Forms: outbound.links.TrustedOrigin.
REPORT_ORIGINS: Final = frozenset({"https://*.crosschq.com"})

# Inferred (1.7): no status literal is known. These are compared in lower case with "_" for spaces and hyphens; any
# other literal means "still under way" for a request and "not answered" for a reference.
REQUEST_OVER_STATUSES: Final = frozenset({"cancelled", "canceled", "declined"})
REFERENCE_ANSWERED_STATUSES: Final = frozenset({"completed", "complete", "answered", "submitted", "finished"})
REFERENCE_CANCELLED_STATUSES: Final = frozenset({"cancelled", "canceled"})

# Inferred (4): our name -> the name in a prospect as read. Personal fields may be null or blank, and are once the
# prospect has withdrawn. `job_function` is a survey's codename, `relationship` one of the ids of 1.3.
PROSPECT_FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "id": "id",
        "status": "status",
        "first_name": "first_name",
        "last_name": "last_name",
        "email": "email",
        "mobile_phone": "mobile_phone",
        "headline": "headline",
        "company": "company",
        "title": "title",
        "location": "location",
        "links": "links",
        "tags": "tags",
        "job_function": "job_function",
        "relationship": "relationship",
        "reference_request": "reference_request",
        "opted_in_on": "opted_in_on",
        "updated_on": "updated_on",
        "withdrawn_on": "withdrawn_on",
    }
)
# Inferred (4): compared as statuses are. Any other literal means that the prospect still wants to hear of jobs.
PROSPECT_ACTIVE_STATUSES: Final = frozenset({"active", "opted_in"})
PROSPECT_WITHDRAWN_STATUSES: Final = frozenset(
    {"withdrawn", "opted_out", "opt_out", "unsubscribed", "revoked", "removed", "deleted"}
)

# Inferred (4): our name -> the columns of the CSV export that may hold it, the export's own first; compared without
# case, blanks, "_" and "-". Only `links` may be spread over several columns.
PROSPECT_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "id": ("Prospect ID", "Id"),
        "status": ("Status",),
        "first_name": ("First Name",),
        "last_name": ("Last Name",),
        "full_name": ("Name", "Full Name"),
        "email": ("Email", "Email Address"),
        "mobile_phone": ("Mobile Phone", "Phone", "Mobile", "Phone Number"),
        "headline": ("Headline",),
        "company": ("Company", "Employer", "Organization"),
        "title": ("Title", "Job Title", "Position"),
        "location": ("Location",),
        "links": ("Links", "LinkedIn", "LinkedIn URL", "Profile"),
        "tags": ("Tags",),
        "job_function": ("Job Function", "Survey"),
        "relationship": ("Relationship",),
        "reference_request": ("Reference Request",),
        "opted_in_on": ("Opted In On", "Opt-in Date", "Opted In At"),
        "updated_on": ("Updated On",),
    }
)

# Inferred (1.8): keys of an error's body, the most telling first.
ERROR_FIELDS: Final = ("errors", "detail")

# Unknown (1.6): how a webhook's Token is sent. Accepted: bare, or after one of these words.
WEBHOOK_TOKEN_WORDS: Final = frozenset({"token", "bearer"})
# Inferred (1.6): Crosschq's form has one field for Basic, so a token without ":" may be sent as user or as password.
WEBHOOK_BASIC_PLACES: Final = ("{token}:", ":{token}")
