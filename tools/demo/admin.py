"""The admin of the demo, on the pages of the private port: sets up what everybody else relies on, and looks in."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tools.demo.browser import Browser, Form, text_of
from tools.demo.story import StepFailed

NAME = "admin"


@dataclass(frozen=True)
class Found:
    """What a self-test said: how many checks of each verdict, and the titles of those that have not passed."""

    counts: Mapping[str, int]
    not_seen: tuple[str, ...]
    wrong: tuple[str, ...]


@dataclass(frozen=True)
class TemplateWish:
    """One template, as the settings form has it; `references` by Crosschq's kinds."""

    name: str
    survey: str
    lever_tag: str
    references: Mapping[str, int]


@dataclass(frozen=True)
class Admin:
    """Fills the real forms in. Each act raises StepFailed with what the page says is wrong."""

    browser: Browser
    password: str

    async def come_in(self, first_run_code: str) -> bool:
        """Signs in; as long as nobody is the admin, becomes it first. Whether that was so."""
        page = await self.browser.open("/")
        is_first = page.path == "/first-run"
        if is_first:
            form = page.form("/first-run")
            form.put(
                {"code": first_run_code, "name": NAME, "password": self.password, "again": self.password}
            )
        else:
            form = page.form("/sign-in")
            form.put({"name": NAME, "password": self.password})
        page = await self.browser.send(form)
        if page.path in ("/first-run", "/sign-in"):
            raise StepFailed(f"The admin was not let in: the page {page.path} came again.")
        return is_first

    async def connection_called(self, name: str) -> str | None:
        """The path of its page."""
        page = await self.browser.open("/connections")
        found = re.search(rf'<a href="(/connections/\d+)">{re.escape(name)}</a>', page.html)
        return found[1] if found else None

    async def begin_connection(self, typed: Mapping[str, str]) -> str:
        """Fills in the form of a new one, by its fields' names; both keys are tried. The path of its page."""
        form = (await self.browser.open("/connections/new")).form("/connections/new")
        form.put(typed)
        page = await self.browser.send(form)
        return page.path.removesuffix("/settings")

    async def choose(
        self, connection: str, settings: Mapping[str, str], templates: list[TemplateWish]
    ) -> None:
        """The settings by their paths; the buttons inside the form are pressed as people must."""
        path = f"{connection}/settings"
        form = (await self.browser.open(path)).form(path)
        for number, wish in enumerate(templates):
            here = f"templates.{number}"
            if f"{here}.name" not in form.fields:
                form = (await self.browser.send(form, ("act", "templates.add"))).form(path)
            form.put(
                {
                    f"{here}.name": wish.name,
                    f"{here}.survey": wish.survey,
                    f"{here}.lever_tag": wish.lever_tag,
                }
            )
            form = (await self.browser.send(form, ("act", f"{here}.survey"))).form(path)
            asked = {name for name in form.fields if name.startswith(f"{here}.references.")}
            form.put({name: str(wish.references.get(name.rpartition(".")[2], 0)) for name in asked})
        form.put(settings)
        await self.browser.send(form, ("act", "save"))

    async def make_webhooks(self, connection: str) -> None:
        """Presses the button that makes Lever's."""
        await self.browser.send(await self._webhooks(connection))

    async def make_webhooks_anew(self, connection: str) -> None:
        """Presses the button that makes all four again."""
        await self.browser.send(await self._webhooks(connection), ("anew", "yes"))

    async def _webhooks(self, connection: str) -> Form:
        return (await self.browser.open(connection)).form(f"{connection}/webhooks/make")

    async def crosschq_webhook_url(self, connection: str) -> str:
        """To be copied."""
        page = await self.browser.open(connection)
        pattern = r'Crosschq Webhook URL</label>.*?<input [^>]*value="([^"]+)"'
        return page.first(pattern, "Crosschq's webhook URL")

    async def say_own_connector_is_off(self, connection: str) -> None:
        """Answers the one question of the self-test that only people can answer."""
        page = await self.browser.open(f"{connection}/self-test")
        await self.browser.send(page.form(f"{connection}/own-connector"), ("state", "off"))

    async def self_test(self, connection: str) -> Found:
        """Presses 'Check now'."""
        page = await self.browser.open(f"{connection}/self-test?check=now")
        pattern = r'<p class="verdict[^>]*>\S+ ([^<]+)</p>\s*<div>\s*<h3>(.*?)</h3>'
        found = [(verdict, text_of(title)) for verdict, title in re.findall(pattern, page.html, re.DOTALL)]
        if not found:
            raise StepFailed("The self-test found nothing at all.")
        not_seen, wrong = (
            tuple(title for verdict, title in found if verdict == wanted)
            for wanted in ("Not verified yet", "Failed")
        )
        return Found(Counter(verdict for verdict, _title in found), not_seen, wrong)

    async def set_prospect_switches(self, connection: str, why: str, *, are_on: bool) -> None:
        """Both: all there are, and new ones as they come."""
        action = f"{connection}/prospect-switches"
        form = (await self.browser.open(connection)).form(action)
        for switch in ("export_existing", "export_new"):
            form.leave_empty(switch)
            if are_on:
                form.put({switch: "on"})
        form.put({"why": why})
        await self.browser.send(form)

    async def delivery_of_the_move(self, opportunity_id: str) -> str:
        """The path of the page of its newest one."""
        path = f"/deliveries?event=candidateStageChange&opportunity={opportunity_id}"
        listed = await self.browser.open(path)
        return listed.first(r'<td><a href="(/deliveries/\d+)">', "the delivery")

    async def what_came_of_the_move(self, opportunity_id: str) -> str:
        """In the words of its delivery's page, which also links to its run."""
        page = await self.browser.open(await self.delivery_of_the_move(opportunity_id))
        page.first(r"<dt>Flow run</dt><dd><a href=([^>]+)>", "the run in Prefect")
        told = r'<div class="told[^"]*">\s*<p><strong>{}</p>'
        state = page.first(told.format("(.*?)</strong>.*?"), "the state of the delivery")
        return f"{state}: {page.first(told.format('.*?<br>(.*?)'), 'what came of the delivery')}"
