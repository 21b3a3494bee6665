"""Secrets of Discord's that somebody has written into a file: where they stand, and text without them.

What is printed of a file ends up in the logs of CI, which strangers may read.
"""

from collections.abc import Iterator

from runner.regex import regex

# A bot token: the bot's id in base64, a time, a signature.
_TOKEN = r"(?<![\w-])[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"
# The last part of a webhook's address: whoever has it can post.
_WEBHOOK = r"(?<=/webhooks/)[0-9]{15,20}/[\w-]{60,}"
_SECRET = regex(f"(?P<token>{_TOKEN})|(?P<webhook>{_WEBHOOK})")


def secrets_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where each secret starts and ends, and what it is: `token` or `webhook`.

    Surer than `hidden`, which rather hides too much: a token begins with digits in base64, so with M, N or O.
    """
    for found in _SECRET.finditer(text) if _may_have_one(text) else ():
        if found.lastgroup == "webhook" or found[0][0] in "MNO":
            yield found.start(), found.end(), found.lastgroup or ""


def hidden(text: str) -> str:
    """Return the text with every character of a secret replaced by a star."""
    return _SECRET.sub(lambda found: "*" * len(found[0]), text) if _may_have_one(text) else text


def _may_have_one(text: str) -> bool:
    """Tell whether a text may hold a secret: the quick answer for nearly every one."""
    return text.count(".") > 1 or "/webhooks/" in text
