"""What Prometheus sees of a warm worker. No ids and no people."""

from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server


class Metrics:
    """One registry per worker; `serve` opens it on loopback."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._in_hand = Gauge("crosschq_lever_worker_runs", "Flow runs in hand", registry=self.registry)
        self._blocked = Gauge(
            "crosschq_lever_worker_blocked", "Flow runs that block their loop now", registry=self.registry
        )
        self.blocks = Counter(
            "crosschq_lever_worker_blocks", "Times a flow run has blocked its loop", registry=self.registry
        )
        self._other_code = Gauge(
            "crosschq_lever_worker_other_code",
            "Deployments registered from other code than this worker runs",
            registry=self.registry,
        )

    def show(self, *, in_hand: int, blocked: int, other_code: int) -> None:
        """The figures of this moment."""
        self._in_hand.set(in_hand)
        self._blocked.set(blocked)
        self._other_code.set(other_code)

    def serve(self, port: int) -> None:
        """`http://127.0.0.1:<port>/metrics`, until the process ends."""
        start_http_server(port, "127.0.0.1", registry=self.registry)
