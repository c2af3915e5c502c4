"""A settings form as a browser without JavaScript has it: its fields are what the HTML says, and what is filled in."""

from dataclasses import dataclass
from urllib.parse import urlencode

import httpx

from tests.pages.admin.browser import Browser
from tools.demo.browser import Page


@dataclass
class Filled:
    """`fields` are those that would be sent; a box that is off or disabled is none of them."""

    browser: Browser
    path: str
    text: str
    fields: dict[str, list[str]]

    @classmethod
    async def opened(cls, browser: Browser, path: str) -> "Filled":
        answer = await browser.open(path)
        return cls(browser, path, answer.text, read(path, answer.text))

    def put(self, **values: str | list[str]) -> "Filled":
        """By path with `__` for each dot."""
        for name, value in values.items():
            self.fields[name.replace("__", ".")] = [value] if isinstance(value, str) else value
        return self

    async def press(self, button: str) -> httpx.Response:
        """A button inside the form: what it answers is the form from now on."""
        answer = await self.send(button)
        assert answer.status_code == 200, answer.text
        self.read_on(answer)
        return answer

    def read_on(self, answer: httpx.Response) -> None:
        self.text, self.fields = answer.text, read(self.path, answer.text)

    async def save(self) -> httpx.Response:
        return await self.send("save")

    async def send(self, act: str) -> httpx.Response:
        body = urlencode({**self.fields, "act": [act]}, doseq=True)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self.browser.http.post(self.path, content=body, headers=headers)


def read(path: str, text: str) -> dict[str, list[str]]:
    """The fields of the settings form in a page."""
    return Page(path, text).form(path.partition("?")[0]).fields
