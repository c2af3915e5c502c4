"""What came of a run, for three readers: the inbox (in words), Prefect (in a word), and nobody's personal data."""

from dataclasses import dataclass

from store.tables import DeliveryState


@dataclass(frozen=True)
class Outcome:
    """`words` go to the store and may quote tags and stages; `name` is the run's state in Prefect's UI."""

    state: DeliveryState
    name: str
    words: str
    for_prefect: str | None = None
    """What Prefect shows beside the name; None: that the inbox knows more."""
    after_shadow: bool = False
    """Whether it is handled again when shadow mode has ended (store.shadow)."""

    @classmethod
    def done(cls, name: str, words: str, for_prefect: str | None = None) -> "Outcome":
        return cls(DeliveryState.DONE, name, words, for_prefect)

    @classmethod
    def ignored(cls, words: str) -> "Outcome":
        return cls(DeliveryState.IGNORED, "Ignored", f"Ignored: {words}")

    @classmethod
    def only_said(
        cls, would_have: str, for_prefect: str | None = None, *, after_shadow: bool = True
    ) -> "Outcome":
        """Of a connection in shadow mode: "would have ..." """
        later = " It is done when shadow mode has ended." if after_shadow else ""
        return cls(
            DeliveryState.DONE, "OnlySaid", f"Shadow mode: {would_have}{later}", for_prefect, after_shadow
        )

    @classmethod
    def dead(cls, words: str) -> "Outcome":
        return cls(DeliveryState.DEAD, "Dead", words)
