"""What a local Discord's page tells of its bot, asked for from another process: the verb `inspect`."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import urlopen

WAIT_S: Final = 10.0
"""How long the page may take to answer."""

Json = Any  # JSON of any shape


class NoPage(Exception):
    """There is no page at the address; the message says why."""


def snapshot_of(address: str) -> Mapping[str, Json]:
    """Return what the inspector shows at a page's address. Raises ValueError for no such address, `NoPage`."""
    parts = urlsplit(address)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError(f"{address} is no page's address, which looks like http://127.0.0.1:PORT/local/")
    try:
        with urlopen(f"http://{parts.netloc}/local/inspector.json", timeout=WAIT_S) as answer:
            snapshot: Mapping[str, Json] = json.load(answer)
    except (OSError, ValueError) as fault:
        raise NoPage(f"no page answers at {address}: {fault}") from None
    return snapshot


def of_handler(snapshot: Mapping[str, Json], handler: str | None) -> Mapping[str, Json]:
    """Return the snapshot with the lanes of one handler alone; None: of all."""
    if handler is None:
        return snapshot
    lanes = [lane for lane in snapshot["lanes"] if lane["run"] is not None and lane["run"]["handler"] == handler]
    return {**snapshot, "lanes": lanes}


def text_lines(snapshot: Mapping[str, Json]) -> Iterator[str]:
    """Yield each lane for people: what ran for whom, its steps with their lines, and how it was answered."""
    for lane in snapshot["lanes"]:
        run, interaction = lane["run"], lane["interaction"]
        name = run["handler"] if run else f"/{interaction['command']}" if interaction["command"] else "an interaction"
        outcome = run["outcome"] if run else None
        whose = f" by {lane['user']}" if lane["user"] else ""
        yield f"{name}{whose}: {outcome or 'under way'}"
        for step in run["steps"] if run else ():
            branches = f" -> {', '.join(step['branches'])}" if step["branches"] else ""
            reason = f": {step['reason']}" if step["reason"] else ""
            indent = "  " * step["depth"]
            yield f"  {step['after_s']:8.3f} s  {indent}{step['place']} {step['step']}{branches}, {step['how']}{reason}"
        for made in run["decisions"] if run else ():
            yield f"  {made['after_s']:8.3f} s  {made['call'] or made['why_not']}, because {made['why']}"
