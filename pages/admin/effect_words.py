"""An outside act of which nobody knows whether it happened, for the words on what to do. Decides nothing."""

from dataclasses import dataclass

from store.effect_keys import MAIL_KEY, REQUEST_KEY
from store.tables import Effect


@dataclass(frozen=True)
class UnknownEffect:
    effect: Effect

    @property
    def kind(self) -> str:
        return self.effect.key.partition("/")[0]

    @property
    def number(self) -> str:
        """Of the request or follow-up that it is about."""
        return self.effect.key.partition("/")[2].partition("/")[0]

    @property
    def is_request(self) -> bool:
        return self.kind == REQUEST_KEY

    @property
    def is_mail(self) -> bool:
        return self.kind == MAIL_KEY
