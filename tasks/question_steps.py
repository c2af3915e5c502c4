"""Sends the question to who can answer it: one mail, under the key of its follow-up and generation."""

from datetime import datetime

from hiring.asked import Asked, LetterKind
from hiring.candidacy import Candidacy
from mail.addresses import UnusableAddress, sender_of
from mail.failures import Misconfigured
from mail.letter import compose
from mail.links import AnswerLinks, Link
from mail.question import Question
from mail.sending import send
from outbound.errors import CredentialsRefused, InvalidRequest
from store.effect_keys import mail_key
from tasks.case import Case
from tasks.effects import once
from tasks.follow_up_records import DueFollowUp
from tasks.step import step
from wiring import current_parts


@step
async def send_question(case: Case, due: DueFollowUp, question: Question, again: int | None = None) -> None:
    """`again`: which of the times a person wants it sent once more, each a mail of its own.

    Raises StaysUnknown when the mail server took it and never answered, Refused when it wants none of it.
    """
    parts = current_parts()
    server = parts.mail_server
    if server is None:
        raise Misconfigured("mail", "send", "no mail server is set: write CROSSCHQ_LEVER_SMTP_HOST into .env")
    key = mail_key(due.id, due.generation, again)
    try:
        sender_of(server.sender)
    except UnusableAddress as error:
        raise Misconfigured("mail", "send", f"CROSSCHQ_LEVER_MAIL_FROM cannot be used: {error}") from None
    try:
        # Under our own key: another installation's mails never have the same Message-ID.
        message = compose(question, server.sender, parts.vault.blind_index(key), parts.now())
    except UnusableAddress as error:
        raise InvalidRequest("mail", "send", str(error)) from None

    async def act() -> str:
        try:
            return await send(message, server)
        except CredentialsRefused as error:
            # Not the connection's credentials, which a pause would wait for.
            raise Misconfigured(
                "mail", "send", f"the mail server refused its user or password: {error}"
            ) from None

    await once(case, key, act, at=None)


def question_for(
    due: DueFollowUp,
    candidacy: Candidacy,
    kind: LetterKind,
    whom: Asked,
    next_due_at: datetime,
    will_remind: bool,
) -> Question:
    """A reminder carries the link of the question it reminds of."""
    parts = current_parts()
    generation = due.generation if kind is not LetterKind.REMINDER else due.link_generation or due.generation
    links = AnswerLinks.from_vault(parts.vault, parts.now)
    return Question(
        kind=kind,
        to=whom,
        candidate=candidacy.name,
        posting=candidacy.posting.title if candidacy.posting else due.job_position,
        reported_at=due.reported_at,
        link=links.url(str(parts.settings.public_base_url), Link(due.id, generation)),
        next_due_at=next_due_at,
        will_remind=will_remind,
    )
