"""What one rendering may cost. Every loop, every text that is built and every filter pays from one budget.

The bounds exist for mistakes (a loop in a loop over everything, a text repeated a billion times), so that a template
can't keep the process from answering. They are no isolation: whoever writes bot.yaml is trusted, and what users type is
never a template.
"""

from collections.abc import Callable

from runner.templates.faults import RenderError

MAX_STEPS = 30_000
"""Units of work in one rendering: a node evaluated in a loop, an item visited, 16 characters built."""

MAX_SECONDS = 0.05
"""How long one rendering may take, in seconds."""

MAX_OUTPUT = 6000
"""Characters that a template may produce: all the text of a message's embeds. Discord docs, Message: Embed Limits."""

MAX_TEXT = 65_536
"""Characters of a text that is built on the way to the output."""

MAX_INTEGER_BITS = 256
"""Size of a whole number that is calculated; ids have 64 bits."""

MAX_RANGE = 1000
"""Items that `range` gives."""

_STEPS_BETWEEN_LOOKS = 128
_CHARACTERS_PER_STEP = 16


class Budget:
    """What is left of one rendering's time, steps and output. Each method raises RenderError once nothing is left."""

    __slots__ = ("_clock", "_deadline", "_next_look", "_steps", "_written")

    def __init__(self, clock: Callable[[], float]) -> None:
        """Start with everything. `clock` gives seconds; it is first read when work adds up, so seldom at all."""
        self._clock = clock
        self._deadline: float | None = None
        self._next_look = _STEPS_BETWEEN_LOOKS
        self._steps = 0
        self._written = 0

    def charge(self, steps: int) -> None:
        """Pay for work that is about to be done."""
        self._steps += steps
        if self._steps >= self._next_look:
            self._look()

    def read(self, length: int) -> None:
        """Pay for going through `length` characters that exist already."""
        self.charge(1 + length // _CHARACTERS_PER_STEP)

    def build(self, length: int) -> None:
        """Pay for a text of `length` characters before it is built."""
        if length > MAX_TEXT:
            raise RenderError("template-bound", f"a text would get longer than {MAX_TEXT} characters")
        self.charge(1 + length // _CHARACTERS_PER_STEP)

    def write(self, length: int) -> None:
        """Count `length` characters of output."""
        self._written += length
        if self._written > MAX_OUTPUT:
            raise RenderError("template-bound", f"the text is longer than {MAX_OUTPUT} characters")

    def _look(self) -> None:
        if self._steps > MAX_STEPS:
            raise RenderError("template-bound", f"the template takes more than {MAX_STEPS} steps")
        now = self._clock()
        if self._deadline is None:
            self._deadline = now + MAX_SECONDS
        elif now > self._deadline:
            raise RenderError("template-bound", f"the template takes longer than {MAX_SECONDS * 1000:.0f} ms")
        self._next_look = self._steps + _STEPS_BETWEEN_LOOKS
