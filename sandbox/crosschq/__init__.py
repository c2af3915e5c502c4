"""The stand-in Crosschq: partner API, webhooks, invitations by mail, and the pages people click through.

Written from contracts/crosschq-api.md alone. What that file does not know is simulated and
says so where it stands.
"""
