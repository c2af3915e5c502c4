"""Sphinx's settings: `make docs` builds the pages beside this file into build/docs."""

import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

project = "Crosschq for Lever"
project_copyright = "the contributors, Apache License 2.0"
extensions = ["myst_parser"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = project
html_show_sphinx = False
html_copy_source = False
html_use_index = False

NAVIGATION = {
    "Use it": ["quickstart", "set-up", "recruiters", "prospects"],
    "Run it": ["operations", "security", "settings", "cli", "performance"],
    "Understand it": ["architecture", "glossary", "decisions/index", "vendors/index"],
}
_LOADS = re.compile(
    r"<(?:script|img|iframe|link)\b[^>]*?\b(?:src|href)=\"(?:https?:)?//[^\"]+", re.IGNORECASE
)


def setup(app: Sphinx) -> None:
    """Register the hooks below."""
    app.connect("source-read", add_navigation)
    app.connect("build-finished", refuse_what_loads_from_elsewhere)


def add_navigation(_app: Sphinx, docname: str, source: list[str]) -> None:
    """Append the tables of contents: the pages stay plain Markdown, readable without Sphinx."""
    if docname == "index":
        for caption, pages in NAVIGATION.items():
            source[0] += _toctree(pages, caption)
    elif docname.endswith("/index"):
        source[0] += _toctree(["*"])


def _toctree(pages: list[str], caption: str = "") -> str:
    options = [":hidden:", ":glob:", *([f":caption: {caption}"] if caption else [])]
    return "\n".join(["", "", "```{toctree}", *options, "", *pages, "```", ""])


def refuse_what_loads_from_elsewhere(app: Sphinx, failure: Exception | None) -> None:
    """Raise where a page loads a script, style or picture from another host: it would learn who reads what."""
    for page in () if failure else Path(app.outdir).rglob("*.html"):
        if found := _LOADS.search(page.read_text()):
            raise ExtensionError(f"{page.relative_to(app.outdir)} loads from elsewhere: {found[0]}")
