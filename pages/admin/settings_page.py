"""The settings of one connection: what the vendors offer, what the admin says, and what is wrong with it."""

from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from onboarding.choices_kept import KeptChoices
from onboarding.saving import ChangedMeanwhile
from onboarding.settings_form import NotSaved, save_settings
from onboarding.settings_form_problems import Problem
from onboarding.stored import StoredConnection, stored_connection
from pages.admin.access import Door
from pages.admin.done import done_in
from pages.admin.forms import Fields
from pages.admin.links import id_in, no_such_connection
from pages.admin.rendering import page, see_other
from pages.admin.sessions import Visitor
from pages.admin.settings_acts import act
from pages.admin.settings_differences import differences
from pages.admin.settings_draft import Draft
from pages.admin.settings_shown import SettingsShown
from pages.admin.settings_templates import TemplateDraft
from wiring import Parts

SAVE = "save"
"""The one button that stores."""


@dataclass(frozen=True)
class SettingsPage:
    """Viewers see the form, and can send none of it."""

    parts: Parts
    kept: KeptChoices = field(default_factory=KeptChoices)

    def routes(self, door: Door) -> list[BaseRoute]:
        path = "/connections/{id:int}/settings"
        return [
            Route(path, door.shows(self.show), methods=["GET"]),
            Route(path, door.changes(self.change), methods=["POST"]),
        ]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        stored = await self._stored(request)
        if stored is None:
            return no_such_connection(visitor)
        draft = Draft.from_settings(stored.settings)
        draft.templates = draft.templates or [TemplateDraft()]
        choices = await self.kept.fresh(self.parts, stored.connection, with_postings=bool(draft.rules))
        shown = SettingsShown(stored, stored.version, draft, choices)
        return _page(visitor, shown, is_saved="saved" in request.query_params, said=done_in(request))

    async def change(self, request: Request, visitor: Visitor, fields: Fields) -> Response:
        stored = await self._stored(request)
        if stored is None:
            return no_such_connection(visitor)
        draft, seen = Draft.from_fields(fields), fields.one("version")
        if fields.one("act") not in ("", SAVE):
            return await self._acted(visitor, stored, draft, seen, fields.one("act"))
        try:
            await save_settings(self.parts, stored, seen, draft.settings(), visitor.name)
        except NotSaved as error:
            return await self._again(visitor, stored, draft, error.problems)
        except ChangedMeanwhile:
            return await self._again(visitor, stored, draft, is_newer=True)
        return see_other(f"/connections/{stored.connection.id}/settings?saved=on")

    async def _stored(self, request: Request) -> StoredConnection | None:
        async with self.parts.database.transaction() as session:
            return await stored_connection(session, self.parts.vault, id_in(request))

    async def _acted(
        self, visitor: Visitor, stored: StoredConnection, draft: Draft, seen: str, what: str
    ) -> Response:
        """Nothing is stored: the form again, with all that was typed, and the version that was seen."""
        with_postings = bool(draft.rules) or what == "prospects.postings.add"
        choices = await self.kept.recent(self.parts, stored.connection, with_postings=with_postings)
        focus = act(draft, what, choices)
        return _page(visitor, SettingsShown(stored, seen, draft, choices, focus=focus))

    async def _again(
        self,
        visitor: Visitor,
        stored: StoredConnection,
        draft: Draft,
        problems: tuple[Problem, ...] = (),
        *,
        is_newer: bool = False,
    ) -> Response:
        """What was typed, and why it was not stored. To send it again is to have seen what is stored now."""
        choices = await self.kept.recent(self.parts, stored.connection, with_postings=bool(draft.rules))
        differing = differences(draft, Draft.from_settings(stored.settings), choices) if is_newer else None
        shown = SettingsShown(stored, stored.version, draft, choices, problems, differences=differing)
        return _page(visitor, shown, 400)


def _page(
    visitor: Visitor, shown: SettingsShown, status: int = 200, *, is_saved: bool = False, said: str = ""
) -> Response:
    return page("settings.html", visitor, status, form=shown, is_saved=is_saved, done=said)
