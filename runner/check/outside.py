"""Calls to other servers: to hosts that the config allows, by addresses that are some."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from runner.actions.action import Authored
from runner.check.steps import every_step
from runner.config.document import HttpSuggestions
from runner.config.load import Config
from runner.config.suggestion import suggestion
from runner.data import dataclass
from runner.diagnostics import Diagnostic, Mark, Span
from runner.outside import PORTS, Hosts
from runner.regex import regex

_TEMPLATE: Final = regex(r"\{[{%#]")
_WHY: Final = "a bot calls no host that its operator hasn't named, whatever users type"


def check_outside(config: Config) -> list[Diagnostic]:
    """Return a fault for each step, and each source of suggestions, that calls a host which isn't allowed."""
    written = config.document.http
    if not config.is_sound("http"):
        return []  # nobody knows what it allows
    hosts = Hosts(written.allow, written.private)
    return [fault for call in _calls(config) for fault in _faults(config, call, hosts)]


@dataclass(frozen=True, slots=True)
class _Call:
    """What calls another server: its name and place, and the address with its own."""

    name: str
    key: Span
    url: object
    at: Span


def _calls(config: Config) -> Iterator[_Call]:
    for step in every_step(config):
        if (url := step.action.reaches()) is not None:
            yield _Call(step.name, step.key, url, step.spans.get("url=", step.spans.get("url", step.key)))
    for names, command in config.commands():
        for name, option in command.options.items():
            path = ("commands", " ".join(names), "options", name, "autocomplete", "http")
            if isinstance(option.autocomplete, HttpSuggestions):
                yield _Call("http", config.key(*path), option.autocomplete.reaches(), config.value(*path))


def _faults(config: Config, call: _Call, hosts: Hosts) -> Iterator[Diagnostic]:
    if not hosts.allowed:
        yield _nobody_allowed(call)
    elif (known := _known(call.url)) is not None:
        yield from _of_address(config, call.at, known, hosts)


def _known(url: object) -> str | None:
    """Return an address as far as the host is known: all of it, or what stands before a template behind the host."""
    if isinstance(url, str):
        return url
    source = url.template.source if isinstance(url, Authored) else ""
    head = _TEMPLATE.split(source, maxsplit=1)[0]
    return head if re.match(r"[a-z]+://[^/?#]+[/?#]", head, re.IGNORECASE) else None


def _of_address(config: Config, span: Span, url: str, hosts: Hosts) -> Iterator[Diagnostic]:
    scheme, host, port = _parts(url)
    if host is None or port is None or scheme not in PORTS:
        yield Diagnostic(
            slug="not-a-web-address",
            span=span,
            headline="this is no address of a web server",
            why="the call would fail whenever it is made",
            fix="write it whole, for example `https://api.example.com/latest`",
        )
    elif not hosts.allows(scheme, host, port):
        yield _not_allowed(config, span, host, port, scheme)


def _parts(url: str) -> tuple[str, str | None, int | None]:
    """Return the scheme, the host and the port of an address, as far as it has them."""
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme)
    except ValueError:
        return "", None, None


def _not_allowed(config: Config, span: Span, host: str, port: int, scheme: str) -> Diagnostic:
    allowed = config.document.http.allow
    name = host if port == PORTS[scheme] else f"{host}:{port}"
    meant = suggestion(name, allowed) if host not in allowed else ""
    return Diagnostic(
        slug="host-not-allowed",
        span=span,
        headline=f"`{name}` is none of the hosts that `http.allow` lists",
        why=_WHY,
        fix=meant or f"add `{name}` to `http.allow`",
        marks=(Mark(config.key("http", "allow"), "these may be called"),),
    )


def _nobody_allowed(call: _Call) -> Diagnostic:
    return Diagnostic(
        slug="host-not-allowed",
        span=call.key,
        headline=f"`{call.name}` can call nobody: no host is allowed",
        why=_WHY,
        fix="name them at the top: `http: {allow: [api.example.com]}`",
    )
