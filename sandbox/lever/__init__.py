"""A stand-in for Lever: its Data API, its webhooks and the few pages a recruiter needs. See docs/vendors/lever.md.

Imports nothing outside `sandbox/`, keeps everything in memory, and sends nothing but webhooks.
"""
