"""`texts:` the author's own words in the place of the built-in sentences."""

from typing import TYPE_CHECKING, Any

from runner.data import dataclass
from runner.fields import Entry, Text, option
from runner.lifecycle.limits import LOCALES, MESSAGE_CONTENT_MAX
from runner.texts import TEXTS, Sentence

LANGUAGES = tuple(dict.fromkeys(locale.partition("-")[0] for locale in LOCALES))
"""The languages of Discord's locales: `en` is for every kind of English that has no texts of its own."""

LOCALE_PATTERN = "|".join(dict.fromkeys((*LOCALES, *LANGUAGES)))
LOCALE_TAKES = "one of Discord's locales, such as `de` or `en-GB`, or a language, such as `en`"


def _described(sentence: Sentence) -> str:
    """Return what the reference says of a sentence."""
    reads = f" It reads {', '.join(f'`{name}`' for name in sentence.values)}." if sentence.values else ""
    return f"What is said when {sentence.when}, in the place of “{sentence.text}”.{reads}"


def _option(sentence: Sentence) -> Any:  # Any, as in `option`
    return option(_described(sentence), default=None, min_length=1, max_length=MESSAGE_CONTENT_MAX)


if TYPE_CHECKING:
    Texts = Entry  # type checkers can't follow fields that come from the sentences
else:
    Texts = dataclass(frozen=True, slots=True, kw_only=True, eq=False)(
        type(
            "Texts",
            (Entry,),
            {
                "__doc__": "The sentences of one locale.",
                "__module__": __name__,
                "__annotations__": dict.fromkeys(TEXTS, Text | None),
                **{name: _option(sentence) for name, sentence in TEXTS.items()},
            },
        )
    )
