"""Everything that starts, registers and stops the processes of an installation."""
