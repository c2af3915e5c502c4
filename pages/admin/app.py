"""All pages of the private port, and who may open them. Whatever is not here is 404."""

from collections.abc import Sequence

import httpx
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.routing import Route

from pages.admin.access import Door, in_time
from pages.admin.audit_page import AuditPage
from pages.admin.connection_access import ConnectionAccess
from pages.admin.connection_new import NewConnection
from pages.admin.connection_page import ConnectionPage
from pages.admin.connections_list import ConnectionList
from pages.admin.deliveries import DeliveryList
from pages.admin.delivery import OneDelivery
from pages.admin.devices import Devices
from pages.admin.follow_up_page import FollowUpPage
from pages.admin.host_check import OwnHosts, only_at
from pages.admin.oidc import make_oidc
from pages.admin.oidc_named import Named
from pages.admin.overview import Overview
from pages.admin.people_page import PeoplePage
from pages.admin.preview import PreviewPage
from pages.admin.rendering import static_file
from pages.admin.self_test import SelfTest
from pages.admin.sessions import Sessions
from pages.admin.settings_page import SettingsPage
from pages.admin.sign_in import SignIn
from pages.admin.waiting import WaitingList
from wiring import Parts


class RowId(IntegerConvertor):
    """An address with thousands of digits, which int() refuses, is no page of ours."""

    regex = "[0-9]{1,18}"


register_url_convertor("int", RowId())


def create_admin_routes(
    parts: Parts, reach_provider: httpx.AsyncBaseTransport | None = None
) -> Sequence[Route]:
    """For the private port, beside health and metrics. `reach_provider`: of OpenID Connect; None is the network."""
    named = Named.from_settings(parts.settings)
    sessions = Sessions(parts.database, parts.vault, named, parts.settings.pages_url)
    oidc = make_oidc(parts, sessions, named, reach_provider)
    code = parts.settings.first_run_code.get_secret_value()
    button = parts.settings.oidc_button if oidc else None
    devices = Devices(parts.vault, sessions.cookies)
    sign_in = SignIn(parts.database, parts.vault, sessions, devices, code, button)
    door = Door(sessions)
    routes = [
        Route("/static/{name}", static_file),
        Route("/sign-in", in_time(sign_in.show), methods=["GET"]),
        Route("/sign-in", in_time(sign_in.take), methods=["POST"]),
        *(oidc.routes() if oidc else ()),
        Route("/first-run", in_time(sign_in.show_first_run), methods=["GET"]),
        Route("/first-run", in_time(sign_in.take_first_run), methods=["POST"]),
        Route("/sign-out", door.changes(sign_in.sign_out, viewers_too=True), methods=["POST"]),
        *Overview(parts).routes(door),
        *ConnectionList(parts).routes(door),
        *NewConnection(parts).routes(door),
        *ConnectionPage(parts).routes(door),
        *ConnectionAccess(parts).routes(door),
        *DeliveryList(parts).routes(door),
        *OneDelivery(parts).routes(door),
        *WaitingList(parts).routes(door),
        *FollowUpPage(parts).routes(door),
        *AuditPage(parts).routes(door),
        *PeoplePage(parts, devices).routes(door),
        *SelfTest(parts).routes(door),
        *PreviewPage(parts).routes(door),
        *SettingsPage(parts).routes(door),
    ]
    return only_at(OwnHosts.from_settings(parts.settings), routes)
