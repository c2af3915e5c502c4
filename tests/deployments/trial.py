"""A small flow that the tests deploy beside the product's."""

import os

from prefect import flow


@flow
def trial_flow(text: str = "the flow's", number: int = 1) -> str:
    """Tells what the tests ask of a run: where it works, and whether it has our settings."""
    settings = "CROSSCHQ_LEVER_SECRET_KEYS" in os.environ
    print(f"{text} {number} in {os.getcwd()}, settings: {settings}, CHOSEN: {os.environ.get('CHOSEN')}")
    return text
