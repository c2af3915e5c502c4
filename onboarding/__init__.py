"""Setting up a connection: what an admin writes, whether the vendors agree with it, and storing it."""
