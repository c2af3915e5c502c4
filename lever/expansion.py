"""What Lever gives as an id, or as the whole object where the call expanded it (lever.md 5). Data only."""

from lever.account import Stage, User
from lever.wire import LeverModel


def id_of(one: Stage | User | str | None) -> str | None:
    """The id, whichever of the two was given."""
    return one if one is None or isinstance(one, str) else one.id


def whole_user(one: User | str | None) -> User | None:
    """The user, where expanded."""
    return one if isinstance(one, User) else None


class Owned(LeverModel):
    """An opportunity or a posting. `owner` is an id, or a user where expanded."""

    owner: User | str | None = None

    @property
    def owner_id(self) -> str | None:
        """The owner's user id."""
        return id_of(self.owner)

    @property
    def owner_user(self) -> User | None:
        """The owner, where expanded."""
        return whole_user(self.owner)
