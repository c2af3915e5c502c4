"""`python -m tools.docs` writes the pages of the documentation that are generated: commands and settings."""

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import typer
from pydantic_core import PydanticUndefined
from typer.cli import get_docs_for_click

from cli.main import app
from settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parent.parent
COMMAND = "crosschq-lever"

SETTINGS_INTRODUCTION = f"""\
# Settings

An installation reads its settings from the environment, or from lines of `.env` (`{PREFIX}ENV_FILE` names another
file). What concerns one connection stands in [its own settings](#a-connections-file), on the pages or in a file.
"""

_SECTION = re.compile(r"# --- (.+?) -+")
_SETTING = re.compile(rf"#?{PREFIX}(\w+)=(.*)")


def command_page() -> str:
    """Return the command line's own help, as Markdown."""
    command = typer.main.get_command(app)
    commands = getattr(command, "commands", {})
    for name in [name for name, one in commands.items() if one.hidden]:
        del commands[name]
    text = get_docs_for_click(obj=command, ctx=typer.Context(command, info_name=COMMAND), name=COMMAND)
    return html.unescape(text).replace(f"# `{COMMAND}`", "# Command line", 1)


def settings_page() -> str:
    """Return each setting as `.env.example` explains it with its default, then the annotated file of a connection."""
    example = (ROOT / "connection.example.toml").read_text().rstrip()
    file = f"## A connection's file\n\n```toml\n{example}\n```\n"
    text = "\n".join([SETTINGS_INTRODUCTION, *_settings(), file])
    return re.sub(r"\n{3,}", "\n\n", text)


def _settings() -> Iterator[str]:
    comment: list[str] = []
    for line in (ROOT / ".env.example").read_text().splitlines():
        if section := _SECTION.match(line):
            yield f"\n## {section[1]}\n"
        elif setting := _SETTING.fullmatch(line):
            yield f"\n### `{PREFIX}{setting[1]}`\n\n{_markdown(comment)}\n\n{_default(setting[1], setting[2])}\n"
        elif line.startswith("#"):
            comment.append(line.removeprefix("#").removeprefix(" "))
            continue
        elif comment:
            yield f"\n{_markdown(comment)}\n"
        comment = []


def _markdown(comment: list[str]) -> str:
    """Leave what is indented a block of code, which takes four blanks."""
    return "\n".join(f"    {line.strip()}" if line.startswith("   ") else line for line in comment)


def _default(name: str, example: str) -> str:
    field = Settings.model_fields[name.lower()]
    if field.default is PydanticUndefined and field.default_factory is None:
        return "**Required.**"
    if field.default is None or field.default_factory is not None:
        return f"Not set by default. Example: `{example}`"
    return f"Default: `{field.default if 'example.com' in example else example}`"


PAGES: dict[str, Callable[[], str]] = {"cli.md": command_page, "settings.md": settings_page}
"""By their names in docs/."""

if __name__ == "__main__":
    for page, generate in PAGES.items():
        (ROOT / "docs" / page).write_text(generate())
