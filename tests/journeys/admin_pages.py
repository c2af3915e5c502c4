"""What an admin does on our pages and on both vendors' settings pages, by clicks and keys alone.

Waits for what is to be seen. Knows no row of the store and no route but those that people open.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.async_api import Locator, Page, expect

NAME, PASSWORD = "ada", "correct horse battery"

READ = """findings => findings.map(one => {
  const [says, ...rest] = [...one.querySelectorAll(":scope > div p")].map(p => p.innerText);
  const group = one.closest("section").querySelector("h2").innerText;
  const verdict = one.querySelector(".verdict").innerText.replace(/^\\S+ /, "");
  return [`${group}: ${one.querySelector("h3").innerText}`, verdict, says, rest.join(" ")];
})"""
"""Each with its group, at once: one by one it takes seconds."""


@dataclass(frozen=True)
class Finding:
    """One check of the self-test, as it is read."""

    verdict: str
    says: str
    do: str


@dataclass(frozen=True)
class AdminPages:
    """`base` is the private port's address."""

    page: Page
    base: str

    async def open(self, path: str) -> None:
        await self.page.goto(self.base + path)

    async def first_run(self, code: str) -> None:
        """Opens the pages for the first time, with the code that the start printed."""
        await self.open("/first-run")
        for label, value in (("Code", code), ("Name", NAME), ("Password", PASSWORD)):
            await self.field(label).fill(value)
        await self.field("The password once more").fill(PASSWORD)
        await self.press("Become the admin")
        await self.sees("Overview")

    async def sign_in_again(self) -> None:
        await self.press("Sign out")
        await self.sees("Sign in")
        await self.sign_in()

    async def sign_in(self) -> None:
        await self.open("/sign-in")
        await self.field("Name").fill(NAME)
        await self.field("Password").fill(PASSWORD)
        await self.press("Sign in")
        await self.sees("Overview")

    async def begin_connection(self, name: str, **typed: str) -> str:
        """From the overview to the form, which is filled in by the ids of its fields; the connection's path."""
        await self.page.get_by_role("navigation").get_by_role("link", name="Connections").click()
        await self.page.get_by_role("link", name="Connect Lever and Crosschq").click()
        await self.field("Name").fill(name)
        for field, value in typed.items():
            await self.page.locator(f"#{field}").fill(value)
        await self.press("Check and store")
        await self.sees(f"Settings of {name}")
        return urlsplit(self.page.url).path.removesuffix("/settings")

    async def make_webhooks(self, connection: str) -> None:
        await self.open(connection)
        await self.press("Create the webhooks in Lever")
        await expect(self.page.get_by_text("A token is stored.")).to_have_count(5)

    async def paste_token(self, connection: str, title: str, token: str) -> None:
        """The signature token of one webhook; the one before is forgotten."""
        await self.open(connection)
        webhook = self.page.locator("fieldset", has=self.page.get_by_text(title, exact=False)).first
        await webhook.get_by_label("Webhook Sign-in Token").fill(token)
        await webhook.get_by_role("button", name="Store").click()
        await expect(
            webhook.get_by_text("A token is stored, and the previous one still works until")
        ).to_be_visible()
        await webhook.get_by_role("button", name="Revoke previous token").click()
        await expect(webhook.get_by_text("A token is stored.", exact=True)).to_be_visible()

    async def say_own_connector_is_off(self, connection: str) -> None:
        await self.open(f"{connection}/self-test")
        await self.press("It is off")
        await expect(self.page.get_by_text("Last recorded answer: off.")).to_be_visible()

    async def self_test(self, connection: str) -> dict[str, Finding]:
        """By group and title."""
        await self.open(f"{connection}/self-test")
        await self.press("Check now")
        await expect(self.page.get_by_role("button", name="Check again")).to_be_visible(timeout=30_000)
        found = await self.page.locator("#checked .finding").evaluate_all(READ)
        return {title: Finding(verdict, says, do) for title, verdict, says, do in found}

    async def sees(self, heading: str) -> None:
        await expect(self.page.get_by_role("heading", name=heading, exact=True, level=1)).to_be_visible()

    async def press(self, button: str) -> None:
        await self.page.get_by_role("button", name=button, exact=True).first.click()

    def field(self, label: str) -> Locator:
        return self.page.get_by_label(label, exact=True)


@dataclass(frozen=True)
class LeverPages:
    """Lever's own, as the sandbox has them."""

    page: Page
    url: str

    async def move(self, candidate: dict[str, str], stage: str = "Crosschq") -> None:
        """A recruiter finds the candidate's card, and moves it."""
        await self.page.goto(f"{self.url}/?q={candidate['email']}")
        card = self.page.locator("form", has=self.page.get_by_label(f"Move {candidate['name']} to"))
        await card.get_by_role("combobox").select_option(label=stage)
        await card.get_by_role("button", name="Move").click()

    async def switch_group(self, name: str, *, on: bool) -> None:
        """The toggle of an event group, in Settings > Integrations and API > Webhooks."""
        await self.page.goto(f"{self.url}/settings/webhooks")
        await self.page.get_by_label(name, exact=True).set_checked(on)
        await self.page.get_by_role("button", name="Save").click()

    async def verify_connections(self) -> None:
        """A press of each webhook's "Verify connection", which pings its address."""
        await self.page.goto(f"{self.url}/settings/webhooks")
        buttons = self.page.get_by_role("button", name="Verify connection")
        for number in range(await buttons.count()):
            await buttons.nth(number).click()

    async def token_of(self, event: str) -> str:
        """The signature token that the page shows for the event's webhook."""
        await self.page.goto(f"{self.url}/settings/webhooks")
        webhook = self.page.locator(".webhook", has=self.page.get_by_text(event, exact=True)).first
        await webhook.get_by_text("Signature token").click()
        return await webhook.locator("details code").inner_text()


async def enter_webhook_in_crosschq(page: Page, crosschq_url: str, webhook_url: str, token: str) -> None:
    """In Crosschq's own settings."""
    await page.goto(f"{crosschq_url}/settings")
    await page.get_by_label("Webhook URL").fill(webhook_url)
    await page.get_by_label("Auth method").select_option(label="Token")
    await page.get_by_label("Token, or user:password for Basic").fill(token)
    await page.get_by_role("button", name="Save changes").click()
    await expect(page.get_by_label("Webhook URL")).to_have_value(webhook_url)
