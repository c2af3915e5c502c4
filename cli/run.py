"""Runs a command that works on our database, and says in words when that does not answer. Knows no command."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import asyncpg
import typer
from sqlalchemy.exc import DBAPIError, ProgrammingError

from store.database import DATABASE_ERRORS
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
        typer.echo(
            f"{_refused(str(error.orig))} `crosschq-lever migrate` brings its schema up to date.", err=True
        )
    except DBAPIError as error:
        typer.echo(_refused(str(error.orig)), err=True)
    except asyncpg.PostgresError as error:
        typer.echo(_refused(str(error)), err=True)
    except DATABASE_ERRORS as error:
        typer.echo(f"The database cannot be reached ({error}). Is `make up` running?", err=True)
    return 1


def _refused(words: str) -> str:
    # Further lines may quote a row.
    return f"The database refused: {words.splitlines()[0]}."
