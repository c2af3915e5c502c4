"""The posting rules of the settings form, as typed. Which rule fits a prospect is not decided here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pages.admin.forms import Fields
from pages.admin.settings_rows import rows


@dataclass
class RuleDraft:
    """Prospects with the tag, or of the job function, become leads of the posting."""

    posting: str = ""
    tag: str = ""
    job_function: str = ""

    @classmethod
    def from_settings(cls, stored: Mapping[str, Any]) -> "RuleDraft":
        return cls(stored["posting"], stored["tag"] or "", stored["job_function"] or "")

    @classmethod
    def all_from_fields(cls, fields: Fields) -> list["RuleDraft"]:
        return [
            cls(row.text("posting"), row.text("tag"), row.text("job_function"))
            for row in rows(fields, "prospects.postings", "posting")
        ]

    def settings(self) -> dict[str, Any]:
        return {
            "posting": self.posting,
            "tag": self.tag or None,
            "job_function": self.job_function or None,
        }
