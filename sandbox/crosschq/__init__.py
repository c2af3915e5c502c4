"""The stand-in Crosschq: partner API, webhooks, invitations by mail, and the pages people click through.

Written from docs/vendors/crosschq.md alone. What that file does not know is simulated and
says so where it stands.
"""
