"""What came of a run, for three readers: the inbox (in words), Prefect (in a word), and nobody's personal data."""

from dataclasses import dataclass

from store.tables import DeliveryState


@dataclass(frozen=True)
class Outcome:
    """`words` go to the store and may quote tags and stages; `name` is the run's state in Prefect's UI."""

    state: DeliveryState
    name: str
    words: str

    @classmethod
    def done(cls, name: str, words: str) -> "Outcome":
        return cls(DeliveryState.DONE, name, words)

    @classmethod
    def ignored(cls, words: str) -> "Outcome":
        return cls(DeliveryState.IGNORED, "Ignored", f"Ignored: {words}")

    @classmethod
    def dead(cls, words: str) -> "Outcome":
        return cls(DeliveryState.DEAD, "Dead", words)
