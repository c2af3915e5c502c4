"""Log at the start which secret keys are needed and missing, before somebody meets a row that needs one."""

import logging
from datetime import datetime

from store.database import DATABASE_ERRORS, Database
from store.sealed_columns import count_usage
from store.secret_key_ages import note_keys
from store.secret_key_report import KeyReport
from store.vault import Vault, VaultError

log = logging.getLogger(__name__)


async def log_missing_keys(database: Database, vault: Vault, now: datetime) -> None:
    """Notes also since when the older ones are there. A database that is away is told by whoever needs it."""
    try:
        async with database.transaction() as session:
            await note_keys(session, vault.fingerprints, now)
        report = KeyReport.of(vault, await count_usage(database, vault, tries_unnamed=False))
    except DATABASE_ERRORS:
        return
    except VaultError as error:
        log.error("%s", error)
        return
    for problem in report.problems:
        log.error("%s `crosschq-lever keys status` says more.", problem)
