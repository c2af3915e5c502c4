"""Runs a command that works on our database, and says in words when that does not answer. Knows no command."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import typer
from sqlalchemy.exc import DBAPIError, ProgrammingError, SQLAlchemyError

from store.vault import VaultError


def run(work: Coroutine[Any, Any, int | None]) -> int:
    """The command's exit code; 1 when the database, or a secret in it, cannot be read."""
    try:
        return asyncio.run(work) or 0
    except BrokenPipeError:  # whoever read our output has left, which is not the database's doing
        raise
    except VaultError as error:
        typer.echo(str(error), err=True)
    except ProgrammingError as error:
        typer.echo(f"{_refused(error)} `crosschq-lever migrate` brings its schema up to date.", err=True)
    except DBAPIError as error:
        typer.echo(_refused(error), err=True)
    except (SQLAlchemyError, OSError) as error:
        typer.echo(f"The database cannot be reached ({error}). Is `make up` running?", err=True)
    return 1


def _refused(error: DBAPIError) -> str:
    # Further lines may quote a row.
    return f"The database refused: {str(error.orig).splitlines()[0]}."
