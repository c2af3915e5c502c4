"""Who may sign in to the pages, and their sessions. No table of theirs holds a secret as it is."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Identity, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, by_value


class Role(StrEnum):
    ADMIN = "admin"
    VIEWER = "viewer"
    """Sees everything, changes nothing."""


class PagePerson(Base):
    """Somebody who may sign in."""

    __tablename__ = "page_person"
    __table_args__ = (
        # Two first runs at once make one admin.
        Index(
            "uq_page_person_admin",
            "role",
            unique=True,
            postgresql_where=text("role = 'admin' AND password_hash IS NOT NULL"),
        ),
        # Two first sign-ins at once are one person.
        UniqueConstraint("issuer", "subject"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    """Of who signs in with OpenID Connect, the e-mail address that was verified at their last time."""
    role: Mapped[Role] = mapped_column(by_value(Role))
    """Of who signs in with OpenID Connect, as of their last time: the settings count."""
    password_hash: Mapped[str | None]
    """argon2id, with its own salt and parameters; None for who signs in with OpenID Connect."""
    issuer: Mapped[str | None]
    """With `subject`, the account that somebody signs in with at an OpenID Connect provider: an address changes hands,
    this does not. None for who has a password, and for who was here before accounts were kept."""
    subject: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    @property
    def can_be_removed(self) -> bool:
        """All but the admin with a password; of who signs in with OpenID Connect the settings say what they may."""
        return self.role is Role.VIEWER or self.password_hash is None


class PageAddress(Base):
    """An e-mail address that somebody has signed in with through OpenID Connect: theirs until they are removed, so that
    whoever is given the mailbox afterwards is nobody here."""

    __tablename__ = "page_address"

    address: Mapped[str] = mapped_column(primary_key=True)
    """In small letters."""
    person_id: Mapped[int] = mapped_column(ForeignKey("page_person.id", ondelete="CASCADE"), index=True)


class PageSession(Base):
    """One browser that is signed in."""

    __tablename__ = "page_session"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of the cookie's value: whoever reads the table cannot sign in with it."""
    person_id: Mapped[int] = mapped_column(ForeignKey("page_person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SignInFailure(Base):
    """A password that was wrong: too many of them from one place, or for one name, are made to wait."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index("ix_sign_in_failure_whence", "whence", "at"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    whence: Mapped[str]
    """A keyed hash of the address it came from, or of the name that was tried."""
    at: Mapped[datetime] = mapped_column(server_default=func.now())
