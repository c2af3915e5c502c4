"""The figures of `make bench`: what is quick, what is spent, and how that compares with Prefect's stock worker."""
