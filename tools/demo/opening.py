"""How the demo opens: an admin sets the connection up on the pages. Later starts find it, and a sandbox that is new."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from tools.demo.admin import Admin, Found, TemplateWish
from tools.demo.connection import CROSSCHQ_TOKEN, Waits
from tools.demo.people import CrosschqPeople, LeverPeople
from tools.demo.story import Told

CONNECTION = "demo"
TEMPLATES = [
    TemplateWish("Engineers", "software-engineer", "crosschq-engineer", {"managers": 1, "peers": 2}),
    TemplateWish("Sales", "sales-representative", "crosschq-sales", {"managers": 1, "business": 1}),
]


@dataclass
class Opening:
    """`connect_again` puts the keys and addresses of a new sandbox into a connection that is there."""

    admin: Admin
    lever: LeverPeople
    crosschq: CrosschqPeople
    waits: Waits
    connect_again: Callable[[], Awaitable[None]]
    connection: str = ""
    """The path of its page, once it is there."""
    _began: float = field(default_factory=time.monotonic)

    async def play(self, first_run_code: str) -> AsyncIterator[Told]:
        """Tells each step when it has come true; raises StepFailed."""
        if await self.admin.come_in(first_run_code):
            yield self._told(
                "An admin opened the pages and set the password, by the code that the start printed"
            )
        else:
            yield self._told("An admin signed in to the pages")
        self.connection = await self.admin.connection_called(CONNECTION) or ""
        if self.connection:
            await self.connect_again()
            # Those of the sandbox before are not known to be gone: by themselves `connect` may leave them.
            await self.admin.make_webhooks_anew(self.connection)
            yield self._told(
                "The sandbox is new: `connect` put its keys and addresses in, a button its webhooks"
            )
        else:
            async for told in self._set_up():
                yield told
        await self.admin.say_own_connector_is_off(self.connection)
        found = await self.admin.self_test(self.connection)
        yield self._told(f"and ran the self-test: {in_words(found)}")

    async def _set_up(self) -> AsyncIterator[Told]:
        self.connection = await self.admin.begin_connection(self._accounts())
        yield self._told("began a connection: the keys of Lever and Crosschq were tried at once")
        await self.admin.choose(self.connection, await self._settings(), TEMPLATES)
        yield self._told(
            "chose the stage, two templates and the user who acts in Lever, from what both offer"
        )
        await self.admin.make_webhooks(self.connection)
        yield self._told("made the four webhooks in Lever by one button")
        url = await self.admin.crosschq_webhook_url(self.connection)
        await self.crosschq.send_webhooks_to(url, CROSSCHQ_TOKEN)
        yield self._told("copied the webhook's address to Crosschq")

    def _accounts(self) -> dict[str, str]:
        return {
            "name": CONNECTION,
            "lever_key": "lever-sandbox-key",
            "lever_url": f"{self.lever.url}/v1",
            "crosschq_key": "crosschq-sandbox-key",
            "crosschq_url": self.crosschq.url,
            "webhook_auth": "token",
            "webhook_token": CROSSCHQ_TOKEN,
        }

    async def _settings(self) -> dict[str, str]:
        cast = await self.lever.cast()
        return {
            "lever.trigger_stages": cast["stages"]["Crosschq"],
            "lever.perform_as": cast["users"]["integration"]["id"],
            "follow_up.after": self.waits.follow_up_after,
            "follow_up.settle_after": self.waits.settle_after,
        }

    def _told(self, step: str) -> Told:
        now = time.monotonic()
        seconds, self._began = now - self._began, now
        return Told(step, seconds)


def in_words(found: Found) -> str:
    """Such as "30 checks passed, 4 not verified yet (Candidate Hired, Candidate Deleted)"."""
    words = [f"{found.counts.get('Passed', 0)} checks passed"]
    for verdict, titles in (("not verified yet", found.not_seen), ("failed", found.wrong)):
        if titles:
            words.append(f"{len(titles)} {verdict} ({', '.join(titles)})")
    return ", ".join(words)
