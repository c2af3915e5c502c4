"""Whether a connection works, check by check: what was found, in plain sentences, and what to do. Changes nothing."""
