"""Where the pages are, and as long as nobody can sign in to them, the code that makes the first one the admin."""

from settings import Settings
from store.people import People
from wiring import open_parts


async def where_the_pages_are(settings: Settings) -> str:
    """One line for the terminal."""
    address = f"{settings.pages_url}/"
    async with open_parts(settings) as parts, parts.database.transaction() as session:
        if await People(session).has_admin():
            return address
    return f"{address}first-run with the code {settings.first_run_code.get_secret_value()} sets the admin's password"
