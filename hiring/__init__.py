"""The rules, in pure Python: no I/O, nothing of ours imported, `now` always an argument."""
