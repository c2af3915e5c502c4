"""Mail servers on loopback: the sandbox's mailbox, which speaks real SMTP, and one that says what it is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import settings

from mail.server import MailServer, Security
from sandbox.mailbox.certificate import Certificate
from sandbox.mailbox.mailbox import Mailbox
from sandbox.mailbox.smtp import serve_smtp
from sandbox.serve import address, listen
from tests.mail.examples import mail_server

settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")

SILENCE = ""
"""Instead of an answer: none, until the client gives up."""
LATER = "later"
"""Instead of an answer to DATA: the usual one, when the test says so."""
CUT = "cut"
"""Instead of an answer: the line is cut."""


@pytest.fixture
def kept() -> Mailbox:
    return Mailbox()


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return Certificate.made_in(tmp_path)


@pytest.fixture
async def plain(kept: Mailbox, certificate: Certificate) -> AsyncIterator[MailServer]:
    listener = listen("127.0.0.1", 0)
    async with await serve_smtp(kept, listener, certificate):
        yield mail_server(address(listener)[1])


@pytest.fixture
async def encrypted(kept: Mailbox, certificate: Certificate) -> AsyncIterator[MailServer]:
    """TLS from the first word."""
    listener = listen("127.0.0.1", 0)
    async with await serve_smtp(kept, listener, certificate, tls_from_start=True):
        yield mail_server(address(listener)[1], security=Security.TLS, ca_file=certificate.ca_file)


@dataclass
class Script:
    """Answers by command; `greeting` and `end of data` are two more. `heard` is all that was said to it."""

    answers: dict[str, str]
    heard: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    data_is_asked: asyncio.Event = field(default_factory=asyncio.Event)
    data_may_come: asyncio.Event = field(default_factory=asyncio.Event)
    """With LATER as the answer to DATA: set, it says so."""
    is_lost: asyncio.Event = field(default_factory=asyncio.Event)

    def answer_to(self, command: str) -> str:
        usual = {"greeting": "220 hi", "DATA": "354 go on", "end of data": "250 kept"}
        return self.answers.get(command, usual.get(command, "250 fine"))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.heard.append("lost")
            self.is_lost.set()
        finally:
            writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        command = "greeting"
        while command != "QUIT":
            answer = self.answer_to(command)
            if answer == CUT:
                return
            if answer == LATER:
                self.data_is_asked.set()
                await self.data_may_come.wait()
                answer = "354 go on"
            if answer:
                writer.write(f"{answer}\r\n".encode())
            if command == "DATA" and answer.startswith("354"):
                self.mails.append(await reader.readuntil(b"\r\n.\r\n"))
                command = "end of data"
                continue
            line = (await reader.readuntil(b"\r\n")).decode().strip()
            self.heard.append(line)
            command = line.split()[0].upper()


Scripted = Callable[..., Awaitable[tuple[Script, MailServer]]]


@pytest.fixture
async def scripted() -> AsyncIterator[Scripted]:
    """Starts a server that answers as told: `await scripted({"RCPT": "550 nobody"})`."""
    async with AsyncExitStack() as stack:

        async def start(answers: dict[str, str], timeout: float = 5) -> tuple[Script, MailServer]:
            script, listener = Script(answers), listen("127.0.0.1", 0)
            await stack.enter_async_context(await asyncio.start_server(script.serve, sock=listener))
            return script, mail_server(address(listener)[1], timeout=timeout)

        yield start
