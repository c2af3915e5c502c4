"""Lever's Posting: a job. Data only, lever.md 7."""

from pydantic import Field

from lever.account import User
from lever.expansion import Owned, id_of, whole_user
from lever.wire import LeverModel, Moment


class Categories(LeverModel):
    """Where the job is and belongs."""

    team: str | None = None
    department: str | None = None
    location: str | None = None
    commitment: str | None = None
    all_locations: tuple[str, ...] = ()


class PostingUrls(LeverModel):
    """`show` is the public page; absent on drafts and closed postings."""

    show: str | None = None
    apply: str | None = None


class Posting(Owned):
    """`text` is the title. `owner`, `hiring_manager` and `user` are ids, or users where expanded.

    `state` is published, internal (shown as "Unlisted"), closed, draft, pending or rejected.
    """

    id: str
    text: str = ""
    state: str | None = None
    tags: tuple[str, ...] = ()
    user: User | str | None = None
    hiring_manager: User | str | None = None
    categories: Categories = Field(default_factory=Categories)
    country: str | None = None
    workplace_type: str | None = None
    requisition_codes: tuple[str, ...] = ()
    distribution_channels: tuple[str, ...] = ()
    confidentiality: str | None = None
    urls: PostingUrls = Field(default_factory=PostingUrls)
    created_at: Moment | None = None
    updated_at: Moment | None = None

    @property
    def hiring_manager_id(self) -> str | None:
        """The hiring manager's user id."""
        return id_of(self.hiring_manager)

    @property
    def hiring_manager_user(self) -> User | None:
        """The hiring manager, where expanded."""
        return whole_user(self.hiring_manager)
