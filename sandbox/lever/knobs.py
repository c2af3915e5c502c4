"""What only the stand-in Lever can be told to do while it runs. See lever.md 6.5 and 14.3. Holds values only."""

from sandbox.knobs import Knobs


class LeverKnobs(Knobs):
    """`echo`: changes made through the API fire webhooks too, which nobody outside Lever knows (section 14.3).

    `archive_event_first`: of the two events of a hire, candidateArchiveChange is sent before candidateHired.
    """

    echo: bool = True
    archive_event_first: bool = False
