"""What only the stand-in Crosschq can be told to do while it runs. See crosschq.md 1.8. Holds values only."""

from sandbox.knobs import Knobs


class CrosschqKnobs(Knobs):
    """Whether this Crosschq has the calls that are nowhere documented; off, their paths answer 404."""

    outcome_call: bool = True
    cancel_call: bool = True
    prospects_call: bool = True
