"""The one way this project calls a vendor's API. Knows no vendor, no store and no Prefect."""
