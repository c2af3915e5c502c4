"""The house's rules that a machine can hold: imports run one way, and each file says what it is for."""

import ast
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deployments.code_version import USED_BY_FLOWS

ROOT = Path(__file__).parent.parent

FROM_EVERYWHERE = {"cleaning"}
MAY_IMPORT: dict[str, set[str]] = {
    "cleaning": set(),
    "hiring": set(),
    "outbound": set(),
    "settings": set(),
    "sandbox": {"outbound"},
    "lever": {"hiring", "outbound"},
    "crosschq": {"hiring", "outbound"},
    "store": {"hiring", "outbound"},
    "mail": {"settings", "hiring", "outbound", "store"},
    "wiring": {"settings", "lever", "crosschq", "mail", "outbound", "store"},
    "tasks": {"wiring", "lever", "crosschq", "mail", "store", "hiring", "outbound"},
    "flows": {"tasks", "wiring", "lever", "crosschq", "store", "hiring", "outbound"},
    "pages": {"wiring", "settings", "mail", "store", "lever", "crosschq", "hiring", "onboarding", "outbound"},
    "webhook_gateway": {"wiring", "settings", "pages", "store", "lever", "crosschq", "hiring", "outbound"},
    "onboarding": {"wiring", "deployments", "store", "lever", "crosschq", "mail", "hiring", "outbound"},
    "deployments": {"settings", "store", "outbound"},
    "warm_worker": {"settings", "wiring", "deployments", "outbound"},
    "tools": {"settings", "cli"},
    "tools.demo": {"settings", "deployments"},
    "tools.bench": {
        *("settings", "wiring", "deployments", "tools.demo", "cli", "store", "lever", "hiring", "mail"),
        *("flows", "tasks", "pages", "webhook_gateway", "outbound", "tools.chaos"),
    },
    "tools.chaos": {
        *("settings", "wiring", "deployments", "tools.demo", "cli", "store", "mail", "hiring", "outbound"),
    },
    "cli": {
        *("settings", "wiring", "deployments", "tools.demo", "onboarding"),
        *("store", "lever", "crosschq", "hiring", "outbound"),
    },
}


def sources(package: str) -> Iterator[Path]:
    """Its files, but for those of a package within it that has a rule of its own."""
    module = ROOT / f"{package}.py"
    files = [module] if module.exists() else sorted(ROOT.joinpath(*package.split(".")).rglob("*.py"))
    return (
        file
        for file in files
        if package_of(".".join(file.relative_to(ROOT).with_suffix("").parts)) == package
    )


def package_of(module: str) -> str:
    """The longest name with a rule that the module is in, or else its first part."""
    known = [one for one in MAY_IMPORT if f"{module}.".startswith(f"{one}.")]
    return max(known, key=len, default=module.partition(".")[0])


def imports(source: Path) -> Iterator[str]:
    """The packages that a file imports from."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            yield from (package_of(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield from (package_of(f"{node.module}.{alias.name}") for alias in node.names)


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_run_one_way(package: str) -> None:
    allowed = MAY_IMPORT[package] | {package} | FROM_EVERYWHERE
    for source in sources(package):
        wrong = {name for name in imports(source) if name in MAY_IMPORT} - allowed
        assert not wrong, f"{source.relative_to(ROOT)} imports {wrong}"


def test_the_codes_version_changes_with_all_that_flows_use() -> None:
    used, new = set[str](), {"flows", "warm_worker"}
    while new:
        used |= new
        new = {one for name in used for one in MAY_IMPORT[name] | FROM_EVERYWHERE} - used
    assert used - {"deployments"} <= {name.removesuffix(".py") for name in USED_BY_FLOWS}


def test_every_package_of_the_house_has_its_rule() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages <= set(MAY_IMPORT)


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_every_file_says_what_it_is_for(package: str) -> None:
    for source in sources(package):
        text = source.read_text()
        assert not text.strip() or ast.get_docstring(ast.parse(text)), f"{source} has no docstring"


HTTPX_EXCEPTIONS = {
    name for name, one in vars(httpx).items() if isinstance(one, type) and issubclass(one, Exception)
}


def exceptions_of_httpx(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "httpx":
            yield node.attr
        elif isinstance(node, ast.ImportFrom) and node.module == "httpx":
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("package", sorted(set(MAY_IMPORT) - {"outbound"}))
def test_httpxs_exceptions_are_named_in_one_package(package: str) -> None:
    for source in sources(package):
        named = HTTPX_EXCEPTIONS.intersection(exceptions_of_httpx(source))
        assert not named, f"{source.relative_to(ROOT)} names {named}: take what outbound.transport calls them"


def test_make_test_runs_each_folder_with_tests_on_the_real_stack() -> None:
    commands = [line for line in (ROOT / "Makefile").read_text().splitlines() if "$$pytest" in line]
    named = {word.rstrip(";") for line in commands for word in line.split() if word.startswith("tests/")}
    with_stack = {
        f"tests/{path.relative_to(ROOT / 'tests').parts[0]}"
        for path in (ROOT / "tests").rglob("test_*.py")
        if "mark.stack" in path.read_text() and path != Path(__file__)
    }
    assert with_stack <= named
