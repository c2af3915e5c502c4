"""Cleaning of what comes in from outside: once, at the door, by the same rules for everybody. Pure."""
