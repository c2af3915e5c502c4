"""Verified webhooks in, flow runs out: verify, record, answer (app); then start the flow (dispatch)."""
