"""What a connection's admin wants of its prospects at this moment. Touches our own store only."""

from dataclasses import dataclass
from datetime import datetime

from hiring.export_order import Scope
from hiring.prospects import IfInLever, OnWithdrawal, PostingRule, Prospect, ProspectPolicy
from store.connections import Connections
from store.prospect_switches import kind_of
from store.prospect_tables import ProspectKind, ProspectSettings
from store.prospect_walks import settings_of
from wiring import current_parts


@dataclass(frozen=True)
class Wishes:
    """What the connection's admin wants at this moment."""

    kinds: tuple[ProspectKind, ...]
    """Those whose switch is on."""
    policy: ProspectPolicy
    from_api: bool
    new_since: datetime | None
    on_withdrawal: OnWithdrawal
    withdrawal_reason: str | None
    withdrawal_tag: str
    paused_because: str | None
    """Set while a vendor refuses the credentials."""
    is_shadow: bool = False
    """Whatever is exported is only said."""

    def kind_of(self, prospect: Prospect) -> ProspectKind:
        """Which switch one of the whole list belongs to."""
        return kind_of(prospect.opted_in_on, self.kinds, self.new_since)

    def kind_of_changed(self, prospect: Prospect) -> ProspectKind:
        """As `kind_of`, of one among the latest changes: where no time of the opt-in is told, that change may be it."""
        if (changed_on := prospect.opted_in_on or prospect.updated_on) is not None:
            return kind_of(changed_on, self.kinds, self.new_since)
        return ProspectKind.NEW if ProspectKind.NEW in self.kinds else ProspectKind.EXISTING

    def is_on(self, scope: Scope) -> bool:
        return (ProspectKind.EXISTING if scope is Scope.ALL_EXISTING else ProspectKind.NEW) in self.kinds


async def wishes_of(connection_id: int) -> Wishes | None:
    """None: the connection does not exist, or says nothing of prospects."""
    async with current_parts().database.transaction() as session:
        settings = await settings_of(session, connection_id)
        if settings is None:
            return None
        connection = await Connections(session).get(connection_id)
        return as_wishes(settings, connection.paused_because, is_shadow=connection.is_shadow)


def as_wishes(
    settings: ProspectSettings, paused_because: str | None = None, *, is_shadow: bool = False
) -> Wishes:
    policy = ProspectPolicy(
        source=settings.source,
        tags=tuple(settings.tags),
        if_in_lever=IfInLever(settings.if_in_lever),
        posting_rules=tuple(PostingRule(**rule) for rule in settings.posting_rules),
    )
    return Wishes(
        kinds=settings.kinds,
        policy=policy,
        from_api=settings.from_api,
        new_since=settings.new_since,
        on_withdrawal=settings.on_withdrawal,
        withdrawal_reason=settings.withdrawal_reason,
        withdrawal_tag=settings.withdrawal_tag,
        paused_because=paused_because,
        is_shadow=is_shadow,
    )
