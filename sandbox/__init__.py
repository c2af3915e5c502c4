"""Stand-ins for Lever, Crosschq and a mailbox: real HTTP and SMTP servers for development and tests.

Written from docs/vendors alone. Imports nothing of the product, never leaves loopback by
itself, and keeps everything in memory.
"""
