"""Lever's objects, all in one place for those who use them. Data only: nothing here calls Lever."""

from lever.account import (
    ArchiveReason,
    DispositionStage,
    DispositionStages,
    Stage,
    Tag,
    User,
    Webhook,
    WebhookCreated,
)
from lever.new_opportunity import CreatedOpportunity, NewOpportunity
from lever.opportunity import (
    Application,
    Archived,
    DataProtection,
    DeletedOpportunity,
    Opportunity,
    Phone,
    StageEntry,
)
from lever.posting import Categories, Posting
from lever.records import Feedback, File, Note, NoteCreated, NoteField

__all__ = [
    "Application",
    "ArchiveReason",
    "Archived",
    "Categories",
    "CreatedOpportunity",
    "DataProtection",
    "DeletedOpportunity",
    "DispositionStage",
    "DispositionStages",
    "Feedback",
    "File",
    "NewOpportunity",
    "Note",
    "NoteCreated",
    "NoteField",
    "Opportunity",
    "Phone",
    "Posting",
    "Stage",
    "StageEntry",
    "Tag",
    "User",
    "Webhook",
    "WebhookCreated",
]
