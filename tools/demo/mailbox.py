"""The owner's mailbox and browser: reads the mail, opens its link, answers. Over HTTP, as a person would."""

import re
from dataclasses import dataclass
from typing import Any

import httpx

from tools.demo.story import StepFailed

_LINK = re.compile(r"https?://\S+/answer/\S+")
_PROOF = re.compile(r'name="page" value="([^"]+)"')


@dataclass(frozen=True)
class Owner:
    """`http` keeps cookies, as a browser does; `url` is the sandbox mailbox's."""

    http: httpx.AsyncClient
    url: str

    async def mails(self, address: str | None = None) -> list[dict[str, Any]]:
        """Newest first: `id`, `subject`, `message_id`, ...; everybody's without an address."""
        answer = await self.http.get(f"{self.url}/api/messages", params={"to": address} if address else None)
        return list(answer.raise_for_status().json()["messages"])

    async def link(self, message_id: str) -> str:
        """The one link of a mail; StepFailed without it."""
        mail = (await self.http.get(f"{self.url}/api/messages/{message_id}")).raise_for_status().json()
        found = _LINK.search(mail["text"])
        if found is None:
            raise StepFailed("The mail has no link to answer by.")
        return found[0]

    async def answer(self, link: str, outcome: str, hired_on: str = "") -> httpx.Response:
        """Opens the page and sends its form: `hired`, `not_hired` or `open`. Redirects are not followed."""
        page = (await self.http.get(link)).raise_for_status()
        proof = _PROOF.search(page.text)
        form = {"page": proof[1] if proof else "", "outcome": outcome, "hired_on": hired_on}
        return await self.http.post(link, data=form)
