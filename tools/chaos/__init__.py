"""Kills and freezes real processes while candidates move and vendors misbehave; counts what was lost or doubled."""
