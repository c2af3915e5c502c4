"""A settings form as a browser without JavaScript has it: its fields are what the HTML says, and what is filled in."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

import httpx

from tests.pages.admin.browser import Browser


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
        return cls(browser, path, answer.text, read(answer.text))

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
        self.text, self.fields = answer.text, read(answer.text)

    async def save(self) -> httpx.Response:
        return await self.send("save")

    async def send(self, act: str) -> httpx.Response:
        body = urlencode({**self.fields, "act": [act]}, doseq=True)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self.browser.http.post(self.path, content=body, headers=headers)


def read(text: str) -> dict[str, list[str]]:
    """The fields of the settings form in a page."""
    reader = _Reader()
    reader.feed(text)
    return reader.fields


@dataclass
class _Reader(HTMLParser):
    fields: dict[str, list[str]] = field(default_factory=dict)
    is_inside: bool = False
    select: str = ""
    textarea: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self.is_inside = given["action"].endswith("/settings")
        elif not self.is_inside or "disabled" in given:
            return
        elif tag == "input" and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            self.fields.setdefault(name, []).append(given["value"])
        elif tag == "textarea":
            self.textarea = name
            self.fields[name] = [""]
        elif tag == "select":
            self.select = name
            self.fields.setdefault(name, []).append("")
        elif tag == "option" and "selected" in given:
            self.fields[self.select][-1] = given["value"]

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.fields[self.textarea][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.textarea = ""
