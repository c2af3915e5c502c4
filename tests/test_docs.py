"""The documentation is about the code that is here: generated pages are current, links lead on, examples work."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest
import typer

from cli.main import app
from settings import PREFIX, Settings
from tools.docs import PAGES, ROOT

MAKE = shutil.which("make") or "make"
MOST_WORDS = 900
"""Of the README."""
WRITTEN = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
GROUPS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES)
def test_generated_pages_are_those_of_the_code(page: str) -> None:
    assert (ROOT / "docs" / page).read_text() == PAGES[page](), "run `make docs` and commit what it changed"


def test_the_readme_is_read_in_a_few_minutes() -> None:
    assert len((ROOT / "README.md").read_text().split()) <= MOST_WORDS


@pytest.mark.parametrize("page", WRITTEN, ids=name)
def test_links_between_files_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not missing


def test_the_changelog_is_grouped_as_its_readers_look_for_it() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    assert {*re.findall(r"^### (.+)$", text, re.MULTILINE)} <= GROUPS
    for release in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        assert not re.match(r"[^\n]*\n+- ", release), "a change stands outside of the groups"


class Example(NamedTuple):
    page: str
    language: str
    text: str


def examples() -> Iterator[Example]:
    for page in (one for one in WRITTEN if one.name not in PAGES):
        for language, text in re.findall(
            r"^```(\w+)\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL
        ):
            yield Example(name(page), language, text)


def commands(program: str) -> list[list[str]]:
    """Lines of examples that begin so, and the same within sentences, without what comes after a comment sign."""
    lines = [line for one in examples() for line in one.text.splitlines() if one.language == "console"]
    typed = [shlex.split(line.removeprefix("$ "), comments=True) for line in lines if line.startswith("$ ")]
    return [line for line in typed if line and line[0] == program]


@pytest.mark.parametrize("words", commands("crosschq-lever"), ids=shlex.join)
def test_commands_are_understood(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for file in ("acme.toml", "prospects.csv"):
        (tmp_path / file).touch()
    command, context, rest = typer.main.get_command(app), None, words[1:]
    with ExitStack() as contexts:
        while True:
            context = contexts.enter_context(command.make_context(command.name, rest, parent=context))
            rest = context._protected_args + context.args
            if not rest or not hasattr(command, "resolve_command"):
                return
            _, command, rest = command.resolve_command(context, rest)


def test_commands_within_sentences_exist() -> None:
    group = typer.main.get_command(app)
    known = {*group.commands}  # type: ignore[attr-defined]
    for page in WRITTEN:
        named = {*re.findall(r"`crosschq-lever ([a-z-]+)", page.read_text())}
        assert named <= known, name(page)


@pytest.mark.parametrize("words", commands("make"), ids=shlex.join)
def test_make_has_these_targets(words: list[str]) -> None:
    said = subprocess.run(
        [MAKE, "-n", "-o", ".venv/.ready", *words[1:]], cwd=ROOT, capture_output=True, check=False
    )
    assert said.returncode == 0, said.stderr


def test_settings_that_pages_name_exist() -> None:
    known = {f"{PREFIX}{one.upper()}" for one in Settings.model_fields} | {f"{PREFIX}ENV_FILE"}
    for page in WRITTEN:
        named = {*re.findall(rf"{PREFIX}[A-Z_]+", page.read_text())}
        assert named <= known, name(page)


@pytest.mark.parametrize(
    "example",
    [one for one in examples() if one.language == "ini" and PREFIX in one.text],
    ids=lambda one: one.page,
)
def test_lines_for_the_settings_file_are_accepted(example: Example, tmp_path: Path) -> None:
    needed = f"{PREFIX}SECRET_KEYS=k\n{PREFIX}PREFECT_AUTH_STRING=a:b\n"
    (tmp_path / ".env").write_text(needed + example.text)
    Settings(_env_file=tmp_path / ".env")


VENDOR_SECTION = re.compile(r"\b(lever|crosschq|prefect)\.md ((?:[0-9A-G]+(?:\.[0-9]+)*(?:, | and | to )?)+)")
DECISION = re.compile(r"docs/decisions/([0-9]{2})")
SOURCES = [
    one
    for one in ROOT.rglob("*.py")
    if one.relative_to(ROOT).parts[0] not in {".venv", ".debian13", "build", "docs", "var"}
]


def test_the_sections_that_the_code_names_exist() -> None:
    text = {path.stem: path.read_text() for path in (ROOT / "docs" / "vendors").glob("*.md")}
    sections = {
        name: {*re.findall(r"^#+ ([0-9A-G][0-9.]*?)\.? ", one, re.MULTILINE)} for name, one in text.items()
    }
    decisions = {path.name[:2] for path in (ROOT / "docs" / "decisions").glob("*.md")}
    missing = []
    for source in SOURCES:
        code = source.read_text()
        missing += [
            f"{name(source)}: decision {one}" for one in DECISION.findall(code) if one not in decisions
        ]
        for page, numbers in VENDOR_SECTION.findall(code):
            for one in re.findall(r"[0-9A-G]+(?:\.[0-9]+)*", numbers):
                # The facts of a list are named by the number of its section and their own, as in lever.md 1.5.
                if one not in sections[page] and one.partition(".")[0] not in sections[page]:
                    missing.append(f"{name(source)}: {page}.md {one}")
    assert not missing


def test_no_reference_leads_out_of_the_repository() -> None:
    gone = re.compile(
        r"\b(?:[Dd]esign|[Cc]ontracts?)(?: sections?)? [0-9]|contracts/|redesign\.md|style\.md|\.\./shared"
    )
    named = [name(one) for one in SOURCES if one != Path(__file__) and gone.search(one.read_text())]
    assert not named
