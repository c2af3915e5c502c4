"""The business processes: each a story of at most a screen, told by a Prefect flow."""
