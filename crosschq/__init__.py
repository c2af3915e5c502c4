"""Crosschq's partner API and webhooks: models, dialect, client. Knows no Lever, no store and no Prefect."""
