"""A small flow that the tests deploy beside the product's."""

import os
from pathlib import Path

from prefect import flow

from deployments.environment import ROOT


@flow
def trial_flow(text: str = "the flow's", number: int = 1) -> str:
    """Completes only where a run of ours should be: in the checkout, with our settings, nothing chosen by the run."""
    assert Path.cwd() == ROOT
    assert "CROSSCHQ_LEVER_SECRET_KEYS" in os.environ
    assert "CHOSEN" not in os.environ
    return f"{text} {number}"
