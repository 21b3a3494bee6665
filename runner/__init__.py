"""Compile bot.yaml into Discord interaction handlers that keep to the interaction lifecycle, and run them."""

__version__ = "0.1.0"
