"""A browser without JavaScript: opens pages, reads their forms, fills them in, sends them. Knows no page's meaning."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlencode

import httpx

from tools.demo.story import StepFailed

_WRONG = re.compile(r'<(p|section|div) class="[^"]*\bwrong"[^>]*>(.*?)</\1>', re.DOTALL)


@dataclass
class Form:
    """`fields` are those that would be sent: a box that is off and a button that is not pressed are none of them."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)

    def put(self, values: Mapping[str, str]) -> None:
        """By the fields' names."""
        self.fields.update({name: [value] for name, value in values.items()})

    def leave_empty(self, name: str) -> None:
        """Switches a box off."""
        self.fields.pop(name, None)


@dataclass(frozen=True)
class Page:
    """What came, after all redirects."""

    path: str
    html: str

    def form(self, action: str) -> Form:
        """The one that is sent to `action`; raises StepFailed."""
        reader = _Reader()
        reader.feed(self.html)
        found = [form for form in reader.forms if form.action == action]
        if not found:
            raise StepFailed(f"The page {self.path} has no form for {action}.")
        return found[0]

    def first(self, pattern: str, what: str) -> str:
        """The first group of what fits, as text; raises StepFailed naming `what`."""
        found = re.search(pattern, self.html, re.DOTALL)
        if found is None:
            raise StepFailed(f"The page {self.path} does not show {what}.")
        return text_of(found[1])


@dataclass(frozen=True)
class Browser:
    """`http` keeps cookies, and has the pages' address as its `base_url`."""

    http: httpx.AsyncClient

    async def open(self, path: str) -> Page:
        return _page(await self.http.get(path, follow_redirects=True))

    async def send(self, form: Form, button: tuple[str, str] | None = None) -> Page:
        """With the name and value of the pressed button. Raises StepFailed with what the page says is wrong."""
        body = {**form.fields, **({button[0]: [button[1]]} if button else {})}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        content = urlencode(body, doseq=True)
        return _page(
            await self.http.post(form.action, content=content, headers=headers, follow_redirects=True)
        )


def text_of(html: str) -> str:
    """Without tags, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def _page(answer: httpx.Response) -> Page:
    path = answer.url.path
    if answer.is_error:
        said = [text_of(found[2]) for found in _WRONG.finditer(answer.text)]
        raise StepFailed(f"The page {path} answered {answer.status_code}. {' '.join(said)}".rstrip())
    return Page(path, answer.text)


@dataclass
class _Reader(HTMLParser):
    forms: list[Form] = field(default_factory=list)
    select: str = ""
    textarea: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given["action"]))
        elif not self.forms or "disabled" in given:
            return
        elif tag in ("input", "select", "textarea") and "name" in given:
            self._field(tag, given)
        elif tag == "option" and self.select:
            self._option(given)

    def _field(self, tag: str, given: dict[str, str]) -> None:
        fields, name = self.forms[-1].fields, given["name"]
        if tag == "input" and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            fields.setdefault(name, []).append(given.get("value", ""))
        elif tag == "select":
            self.select = name
            fields.setdefault(name, []).append("")
        elif tag == "textarea":
            self.textarea = name
            fields[name] = [""]

    def _option(self, given: dict[str, str]) -> None:
        """A select without a chosen option has none of these templates: their first one is empty, or marked."""
        if "selected" in given:
            self.forms[-1].fields[self.select][-1] = given["value"]

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.forms[-1].fields[self.textarea][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.textarea = ""
