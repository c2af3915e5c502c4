"""Kills real processes while candidates move and vendors misbehave, then counts what was lost or doubled."""
