"""`bot:` who the bot is and where its commands are registered."""

from typing import Literal

from runner.data import dataclass
from runner.fields import Entry, Snowflake, option


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(Entry):
    """What the bot is shown to be doing."""

    type: Literal["playing", "listening", "watching", "competing"] = option(
        "The verb before the name.", default="playing"
    )
    name: str = option("What it does.", min_length=1, max_length=128)


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence(Entry):
    """How the bot appears in the member list."""

    status: Literal["online", "idle", "dnd", "invisible"] = option(
        "The dot beside the name.",
        default="online",
        words={
            "online": "Green.",
            "idle": "Yellow: away.",
            "dnd": "Red: do not disturb.",
            "invisible": "Grey: as if offline.",
        },
    )
    activity: Activity | None = option("The line under the name.", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot(Entry):
    """Who the bot is and where its commands are registered."""

    token: str = option(
        "The bot's token, as `${NAME}`. Without one the bot runs on the local Discord.", default="", secret=True
    )
    guilds: tuple[Snowflake, ...] = option(
        "Register the commands in these servers only, instead of everywhere.", default=(), max_items=100
    )
    presence: Presence | None = option("How the bot appears in the member list.", default=None)
    signing_key: str = option(
        "What signs the parameters of components, as `${NAME}`; left out, it is made from the token.",
        default="",
        secret=True,
    )
