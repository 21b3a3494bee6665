"""The types of what a server consists of, as templates see it."""

from typing import Final

from runner.templates.types import SNOWFLAKE, STRING, Object

CHANNEL: Final = Object("a channel", {"id": SNOWFLAKE, "name": STRING, "mention": STRING, "type": STRING})
ROLE: Final = Object("a role", {"id": SNOWFLAKE, "name": STRING, "mention": STRING})
