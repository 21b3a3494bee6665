"""The runner against the same behaviours written by hand on discord.py: see README.md."""
