"""The two switches of a connection in a person's words. Turns neither."""

from store.prospect_switches import Switches


def said(switches: Switches) -> str:
    existing = (
        "all existing ones are exported to Lever" if switches.existing else "existing ones are not exported"
    )
    new = "new ones are not exported"
    if switches.new and switches.new_since:
        new = f"those that opt in after {switches.new_since:%Y-%m-%d %H:%M} UTC are exported as they come"
    return f"Prospects: {existing}; {new}."
