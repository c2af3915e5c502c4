"""The events that ops are told by: what they name, and that a process without Prefect sends none."""

from collections.abc import Iterator

import pytest
from prefect.events.clients import AssertingEventsClient
from prefect.events.schemas.events import Event
from prefect.events.worker import EventsWorker
from prefect.settings import PREFECT_API_URL, temporary_settings

from tasks.ops_events import Because, connection_is_paused, delivery_is_dead

RUN = "0194f7a1-0000-7000-8000-000000000001"


@pytest.fixture(autouse=True)
def kept_here() -> Iterator[None]:
    """Prefect has an address, but what is sent there is kept in this process."""
    AssertingEventsClient.reset()
    EventsWorker.set_client_override(AssertingEventsClient)
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        yield
    EventsWorker.set_client_override(None)
    AssertingEventsClient.reset()


def sent() -> list[Event]:
    EventsWorker.instance().drain()
    return [event for client in AssertingEventsClient.all for event in client.events]


def test_a_dead_delivery_names_the_run_that_worked_on_it_first() -> None:
    delivery_is_dead(12, 3, RUN)
    (event,) = sent()
    assert event.event == "crosschq-lever.delivery.dead"
    assert dict(event.resource.root) == {
        "prefect.resource.id": "crosschq-lever.delivery.12",
        "prefect.resource.name": "delivery 12",
    }
    assert [one.id for one in event.related] == [f"prefect.flow-run.{RUN}", "crosschq-lever.connection.3"]


def test_a_paused_connection_says_why_in_a_word() -> None:
    connection_is_paused(3, Because.CREDENTIALS)
    (event,) = sent()
    assert (event.event, event.resource.id) == (
        "crosschq-lever.connection.paused",
        "crosschq-lever.connection.3",
    )
    assert event.payload == {"because": "credentials-refused"}


def test_without_an_address_of_prefect_nothing_is_sent() -> None:
    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        delivery_is_dead(12, 3)
    assert sent() == []
