"""Which values a plain word stands for: fewer than YAML 1.1 says, and the same as in an editor.

YAML 1.1 reads `no` as false, `0777` as 511, `1:30` as 90, `2026-11-23` as a date and `1_000` as 1000. None of that is
what somebody who writes a bot means, so all of it stays text, and a rule about types can ask what was meant.
"""

from runner.regex import regex

_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}

# Digits are bounded because Python refuses to convert very long numbers, and makes others infinite; a snowflake has 20.
_INTEGER = regex(r"[-+]?(?:0|[1-9][0-9]{0,39})")
_FLOAT = regex(r"[-+]?(?:0|[1-9][0-9]{0,39})\.[0-9]{1,40}")
# Most plain words are neither; their first character says so at once.
_NUMBER_STARTS = frozenset("-+0123456789")


def resolve(written: str) -> str | int | float | bool | None:
    """Return what a plain (unquoted) scalar means."""
    if written in _WORDS:
        return _WORDS[written]
    if written[0] not in _NUMBER_STARTS:
        return written
    if _INTEGER.fullmatch(written):
        return int(written)
    return float(written) if _FLOAT.fullmatch(written) else written
