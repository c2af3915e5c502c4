"""Our Prefect worker type: runs our own flow runs inside one warm process, a thread and an event loop for each."""
