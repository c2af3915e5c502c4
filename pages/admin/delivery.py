"""One delivery: what is known of it and what it led to, and a person's word on it. Shows nobody's data."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from pages.admin.access import Door
from pages.admin.delivery_words import Told
from pages.admin.done import done, done_in
from pages.admin.effect_words import UnknownEffect
from pages.admin.forms import Fields
from pages.admin.links import flow_run_page, id_in, not_found
from pages.admin.masking import masked
from pages.admin.persons_word import NoReason, word_of
from pages.admin.rendering import page
from pages.admin.sessions import Visitor
from store.delivery_search import whole
from store.replaying import NotReplayable, replay, why_not
from store.resolving import NothingToResolve, resolve_delivery
from store.tables import UNFINISHED, Delivery
from store.vault import VaultError
from wiring import Parts


@dataclass(frozen=True)
class OneDelivery:
    parts: Parts

    def routes(self, door: Door) -> list[BaseRoute]:
        return [
            Route("/deliveries/{id:int}", door.shows(self.show), methods=["GET"]),
            Route("/deliveries/{id:int}/replay", door.changes(self.replay), methods=["POST"]),
            Route("/deliveries/{id:int}/drop", door.changes(self.drop), methods=["POST"]),
        ]

    async def show(self, request: Request, visitor: Visitor) -> Response:
        return await self._page(visitor, id_in(request), said=done_in(request))

    async def replay(self, request: Request, visitor: Visitor, fields: Fields) -> Response:
        delivery_id = id_in(request)
        try:
            word = word_of(visitor, fields)
            async with self.parts.database.transaction() as session:
                retention = self.parts.settings.history_retention
                await replay(session, delivery_id, word, self.parts.now(), retention)
        except (NoReason, NotReplayable) as error:
            return await self._page(visitor, delivery_id, str(error), fields.one("why"))
        return done(f"/deliveries/{delivery_id}", "replayed")

    async def drop(self, request: Request, visitor: Visitor, fields: Fields) -> Response:
        delivery_id = id_in(request)
        try:
            word = word_of(visitor, fields)
            async with self.parts.database.transaction() as session:
                await resolve_delivery(session, delivery_id, word, self.parts.now(), again=False)
        except (NoReason, NothingToResolve) as error:
            return await self._page(visitor, delivery_id, f"{error}".rstrip(".") + ".", fields.one("why"))
        return done(f"/deliveries/{delivery_id}", "dropped")

    async def _page(
        self, visitor: Visitor, delivery_id: int, problem: str = "", why: str = "", said: str = ""
    ) -> Response:
        async with self.parts.database.transaction() as session:
            found = await whole(session, delivery_id)
        if found is None:
            return not_found(visitor, f"There is no delivery {delivery_id} (any more).")
        return page(
            "delivery.html",
            visitor,
            400 if problem else 200,
            told=Told(found.delivery, found.connection),
            one=found.delivery,
            found=found,
            unknown=[UnknownEffect(one) for one in found.effects if one.id in found.unknown],
            flow_run=flow_run_page(self.parts.settings, found.delivery.flow_run_id),
            body=self._body(found.delivery),
            why_not=why_not(found.delivery, self.parts.now(), self.parts.settings.history_retention),
            is_in_hand=found.delivery.state in UNFINISHED,
            problem=problem,
            why=why,
            done=said,
        )

    def _body(self, delivery: Delivery) -> str | None:
        """None where it had none, or it was forgotten."""
        if delivery.body is None:
            return None
        try:
            return masked(self.parts.vault.open(delivery.body))
        except VaultError:
            return "Sealed under a key that CROSSCHQ_LEVER_SECRET_KEYS does not hold."
