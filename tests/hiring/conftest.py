"""The rules are tried on a machine that is shared: how long one example takes says nothing about them."""

from hypothesis import settings

settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")
