"""`use:` packs, each put into the bot that uses it: with its inputs, and with names of its own.

A file without `use` and `inputs` needs none of this, and doesn't import it.
"""

from runner.config.packs.expand import expand
from runner.config.packs.told import Places, told

__all__ = ["Places", "expand", "told"]
