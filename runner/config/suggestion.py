"""The nearest match to a misspelt word."""

from collections.abc import Iterable

_NEARNESS = 0.7  # of difflib's ratio; what is less like a word is a guess


def suggestion(word: str, candidates: Iterable[str]) -> str:
    """Return `did you mean …?` as a repair for a misspelt word, or an empty text when nothing is near."""
    near = nearest(word, candidates)
    return f"did you mean `{near}`?" if near else ""


def only_near(word: str, candidates: Iterable[str]) -> str:
    """Return the one candidate that is near `word`; an empty text when there is none, or more than one."""
    import difflib

    known, lowered = list(candidates), word.lower()
    if lowered in known:
        return lowered
    found = difflib.get_close_matches(lowered, known, n=2, cutoff=_NEARNESS)
    return found[0] if len(found) == 1 else ""


def nearest(word: str, candidates: Iterable[str]) -> str:
    """Return the candidate that is most like `word`, or that continues it; an empty text when none does."""
    import difflib  # only a file with faults needs it

    known, lowered = list(candidates), word.lower()
    if found := difflib.get_close_matches(lowered, known, n=1, cutoff=_NEARNESS):
        return found[0]
    if len(lowered) < 3:
        return ""
    swapped = (each for each in known if sorted(each) == sorted(lowered))
    return next(swapped, next((each for each in known if each.startswith(lowered)), ""))
