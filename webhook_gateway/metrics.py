"""What Prometheus sees. Labels are vendors, events and results: never keys, ids or people."""

from collections.abc import Mapping
from math import nan

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from store.tables import NOT_OVER, DeliveryState
from webhook_gateway.status import Status


class Metrics:
    """One registry per process, so that tests do not share counters."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.webhooks = Counter(
            "crosschq_lever_webhooks",
            "Webhooks by what was answered",
            ["vendor", "result"],
            registry=self.registry,
        )
        self.answer_seconds = Histogram(
            "crosschq_lever_webhook_answer_seconds",
            "From the first byte read to the answer",
            ["vendor"],
            registry=self.registry,
            buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5),
        )
        self.dispatched = Counter(
            "crosschq_lever_dispatched", "Flow runs asked for", ["result"], registry=self.registry
        )
        self._deliveries = Gauge(
            "crosschq_lever_deliveries",
            "Deliveries that are not over, by state",
            ["state"],
            registry=self.registry,
        )
        self._open_requests = Gauge(
            "crosschq_lever_open_requests", "Reference requests under way", registry=self.registry
        )

        self._ready = Gauge(
            "crosschq_lever_ready", "1 while webhooks can be recorded, else 0", registry=self.registry
        )
        self._part_ok = Gauge(
            "crosschq_lever_part_ok",
            "1 while a part of the installation is well, else 0",
            ["part"],
            registry=self.registry,
        )
        self._oldest_due = Gauge(
            "crosschq_lever_dispatcher_oldest_due_seconds",
            "How long the first in line has waited to be dispatched",
            registry=self.registry,
        )
        self._without_run = Gauge(
            "crosschq_lever_dispatcher_without_run",
            "Deliveries taken up that Prefect has no flow run for",
            registry=self.registry,
        )
        self._disk_free = Gauge(
            "crosschq_lever_disk_free_bytes", "Free where the data folder is", registry=self.registry
        )

    def note_status(self, ready: bool, status: Status | None) -> None:
        """NaN is Prometheus' "not known"."""
        self._ready.set(ready)
        if status is None:
            return
        for part, shown in status.parts.items():
            self._part_ok.labels(part.value).set(shown.finding.ok)
        self._oldest_due.set(nan if status.oldest_due_seconds is None else status.oldest_due_seconds)
        self._without_run.set(nan if status.without_run is None else status.without_run)
        self._disk_free.set(nan if status.disk_free is None else status.disk_free)

    def page(self, deliveries: Mapping[DeliveryState, float], open_requests: float) -> bytes:
        """The page Prometheus reads, with the store's figures of this moment; NaN is Prometheus' "not known"."""
        for state in NOT_OVER:
            self._deliveries.labels(state.value).set(deliveries.get(state, 0))
        self._open_requests.set(open_requests)
        return generate_latest(self.registry)
