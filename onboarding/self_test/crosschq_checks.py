"""Whether Crosschq takes the key, lists prospects where they are wanted, and leaves Lever to us. Only reads."""

from functools import partial

from crosschq.no_such_call import NoSuchCall
from onboarding.own_connector import ConnectorState, connector_state
from onboarding.self_test.findings import REPLACE_KEY, Check, Group, Told, check, not_seen, ok, wrong
from onboarding.self_test.scene import Scene
from outbound.errors import CredentialsRefused
from store.prospect_walks import settings_of


def crosschq_checks(scene: Scene) -> list[Check]:
    return [
        check(Group.CROSSCHQ, "API key", partial(_key, scene)),
        check(Group.CROSSCHQ, "Prospects", partial(_prospects, scene)),
        check(Group.CROSSCHQ, "Crosschq's own Lever connector", partial(_connector, scene)),
    ]


async def _key(scene: Scene) -> Told:
    try:
        await scene.crosschq.account_config()
    except CredentialsRefused:
        return wrong(
            "Crosschq does not accept the API key: it is mistyped, or was replaced there.",
            f"Copy the key from Crosschq's API settings. {REPLACE_KEY}",
        )
    return ok("Crosschq accepts the API key.")


async def _prospects(scene: Scene) -> Told:
    async with scene.parts.database.transaction() as session:
        settings = await settings_of(session, scene.stored.connection.id)
    if settings is None or not (settings.export_existing or settings.export_new):
        return ok("No prospects are exported: both switches are off.")
    if not settings.from_api:
        return ok("Prospects are taken from Crosschq's CSV files, not from its API.")
    try:
        await scene.crosschq.prospects(limit=1)
    except NoSuchCall:
        return wrong(
            "Prospects are to be exported, but this Crosschq has no list of them in its API.",
            "Export them as a CSV file there, `crosschq-lever prospects import` it, and switch off Read "
            "prospects from Crosschq's API in its settings (in its file: from_api = false).",
        )
    return ok("The key may read prospects.")


async def _connector(scene: Scene) -> Told:
    match await connector_state(scene.parts, scene.stored.connection.id):
        case ConnectorState.OFF:
            return ok("An admin said that Crosschq's own connector for Lever is off.")
        case ConnectorState.ON:
            return wrong(
                "An admin said that Crosschq's own connector for Lever is on: candidates may be asked twice.",
                "Switch it off in Crosschq, Settings > Integrations, then say here that it is off.",
            )
        case _:
            return not_seen(
                "Neither vendor tells whether Crosschq's own connector for Lever is on; both together ask twice.",
                "Look in Crosschq, Settings > Integrations, switch it off, then say here that it is off.",
            )
