"""Lever's Data API and webhooks, in Lever's words. Holds none of our rules, stores nothing, knows no Prefect."""
