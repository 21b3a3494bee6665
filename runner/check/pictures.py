"""Pictures that lie beside the config: of a kind and a size that Discord takes.

Source: Discord docs, Resources: Emoji; Reference: Image Data.
"""

from collections.abc import Iterator

from runner.config.document import Picture
from runner.config.load import Config
from runner.diagnostics import Diagnostic
from runner.formats import PICTURE_TAKES, picture_kind
from runner.lifecycle import limits


def check_pictures(config: Config) -> list[Diagnostic]:
    """Return a fault for each file that stands for an emoji and can't be one."""
    return [fault for picture in config.places.entries(Picture) for fault in _faults(config, picture)]


def _faults(config: Config, picture: Picture) -> Iterator[Diagnostic]:
    content = config.found_in(picture)
    if content is None:
        return
    span = config.places.value(picture, "path")
    if picture_kind(content) is None:
        yield Diagnostic(
            slug="not-a-picture",
            span=span,
            headline="this file is no picture that Discord takes",
            why=f"it takes {PICTURE_TAKES}, and judges by what is in the file",
            fix="name another file, or save it as a PNG",
        )
    elif len(content) > limits.EMOJI_IMAGE_MAX_BYTES:
        yield Diagnostic(
            slug="picture-too-large",
            span=span,
            headline=f"this picture has {-(-len(content) // 1024)} KiB, and an emoji has "
            f"{limits.EMOJI_IMAGE_MAX_BYTES // 1024} at most",
            why="Discord refuses what is larger (Discord docs, Resources: Emoji)",
            fix="save it smaller: an emoji is shown with 128 by 128 pixels",
        )
