"""What Prometheus sees. Labels are vendors, events and results: never keys, ids or people."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from store.tables import NOT_OVER, DeliveryState


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

    def page(self, deliveries: Mapping[DeliveryState, float], open_requests: float) -> bytes:
        """The page Prometheus reads, with the store's figures of this moment; NaN is Prometheus' "not known"."""
        for state in NOT_OVER:
            self._deliveries.labels(state.value).set(deliveries.get(state, 0))
        self._open_requests.set(open_requests)
        return generate_latest(self.registry)
