"""`regex`: a regular expression that is compiled when it is first used.

Most are for what hardly a run meets, such as a fault in the file, and to compile one takes as long as to import a
small module.
"""

import re
from typing import Any, cast

_METHODS = ("match", "fullmatch", "search", "sub", "finditer", "findall", "split")


def regex(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Return what does as `re.compile` would. A pattern that is none raises `re.error` when it is used."""
    return cast(re.Pattern[str], _Late(pattern, flags))  # whatever a pattern has it has, too


class _Late:
    """Stands for a pattern: has none of its methods until the first is asked for, and then all of them as its own."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern, self._flags = pattern, flags

    def __getattr__(self, name: str) -> Any:  # Any: whatever a pattern has
        compiled = re.compile(self.pattern, self._flags)
        vars(self).update({method: getattr(compiled, method) for method in _METHODS})
        return getattr(compiled, name)
