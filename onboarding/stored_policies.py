"""The sections of a stored connection that say what is done, as its file has them. Unseals nothing."""

from collections.abc import Sequence
from typing import Any

from onboarding.delays import iso
from onboarding.prospect_section import ProspectsPart
from store.prospect_tables import ProspectSettings
from store.tables import Connection, RequestTemplate

Section = dict[str, Any]


def requests_section(connection: Connection) -> Section:
    return {
        "requestor_chain": list(connection.requestor_chain),
        "fallback_requestor": connection.fallback_requestor,
        "ask_again_after_days": connection.ask_again_after_days,
        "shadow": connection.is_shadow,
        "most_per_hour": connection.most_per_hour,
    }


def follow_up_section(connection: Connection) -> Section:
    remind_after = connection.remind_after
    return {
        "after": iso(connection.follow_up_after),
        "remind_after": "never" if remind_after is None else iso(remind_after),
        "settle_after": iso(connection.settle_after),
        "fallback_asked": connection.fallback_asked,
        "archived_means_not_hired": connection.archived_is_not_hired,
        "archive_when_hired": connection.hired_reason or "",
        "archive_when_not_hired": connection.not_hired_reason or "",
        "crosschq_takes_outcomes": connection.crosschq_takes_outcomes,
    }


def prospects_section(row: ProspectSettings | None) -> Section:
    """The file's defaults where none are stored."""
    if row is None:
        return ProspectsPart().model_dump(mode="json")
    return {
        # What the file said last turns nothing, and is what a later file is held against; else as they stand.
        "export_existing": row.export_existing if row.file_existing is None else row.file_existing,
        "export_new": row.export_new if row.file_new is None else row.file_new,
        "source": row.source,
        "tags": list(row.tags),
        "if_in_lever": row.if_in_lever.value,
        "from_api": row.from_api,
        "on_withdrawal": row.on_withdrawal.value,
        "withdrawal_reason": row.withdrawal_reason or "",
        "withdrawal_tag": row.withdrawal_tag,
        "postings": [
            {"posting": rule["posting_id"], "tag": rule["tag"], "job_function": rule["job_function"]}
            for rule in row.posting_rules
        ],
    }


def templates_section(rows: Sequence[RequestTemplate]) -> list[Section]:
    return [
        {
            "name": row.name,
            "description": row.description,
            "survey": row.survey,
            "lever_tag": row.lever_tag,
            "references": dict(row.counts),
            "order": row.position,
            "fallback": row.is_fallback,
        }
        for row in rows
    ]
