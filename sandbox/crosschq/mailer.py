"""Hands mails to an SMTP server in the background, in order, and remembers what could not be sent.

Never makes an act of a person fail: a mail that is lost is a line in `failures`.
"""

import asyncio
from email.message import EmailMessage

import aiosmtplib

TIMEOUT_S = 10


class Mailer:
    """`port` None sends nothing. Its tasks run on the loop that calls `post`."""

    def __init__(self, host: str, port: int | None) -> None:
        self.host, self.port = host, port
        self.failures: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()

    def post(self, message: EmailMessage) -> None:
        """Queue one mail."""
        if self.port is None:
            return
        task = asyncio.get_running_loop().create_task(self._send(message, self.port))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def idle(self) -> None:
        """Wait until every mail was sent or has failed."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def aclose(self) -> None:
        """Drop what has not been sent."""
        for task in self._tasks:
            task.cancel()
        await self.idle()

    async def _send(self, message: EmailMessage, port: int) -> None:
        async with self._turn:
            try:
                await aiosmtplib.send(
                    message, hostname=self.host, port=port, start_tls=False, timeout=TIMEOUT_S
                )
            except (aiosmtplib.SMTPException, OSError) as error:
                self.failures.append(f"{message['Subject']} to {message['To']}: {error}")
