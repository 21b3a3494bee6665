"""How Discord writes instants, ids and emojis."""

from datetime import UTC, datetime

from runner.emulator.world import JsonObject


def timestamp(at: float | None) -> str | None:
    """Return an instant (Unix s) as Discord writes it, None for none."""
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")


def instant(text: str) -> float:
    """Return the Unix second of an instant in ISO 8601, in UTC unless it says otherwise. Raises ValueError."""
    read = datetime.fromisoformat(text)
    return (read if read.tzinfo is not None else read.replace(tzinfo=UTC)).timestamp()


def text_of(snowflake: int | None) -> str | None:
    """Return an id as Discord writes it, None for none."""
    return None if snowflake is None else str(snowflake)


def emoji_json(emoji: str) -> JsonObject:
    """Return a partial emoji from its form in a path: a character, or `name:id`."""
    name, _, emoji_id = emoji.partition(":")
    return {"id": emoji_id or None, "name": name, "animated": False} if emoji_id else {"id": None, "name": emoji}
