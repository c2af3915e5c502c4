"""The command line as a person or a script uses it: output, exit code, rows."""
