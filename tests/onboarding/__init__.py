"""Setting up a connection, against the sandbox's Lever and Crosschq over HTTP and a real PostgreSQL."""
