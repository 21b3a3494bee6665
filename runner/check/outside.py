"""Calls to other servers: to hosts that the config allows, by addresses that are some."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from runner.actions.action import Authored, WrittenStep
from runner.check.steps import every_step
from runner.config.load import Config
from runner.config.suggestion import suggestion
from runner.diagnostics import Diagnostic, Mark, Span
from runner.outside import PORTS, Hosts

_TEMPLATE: Final = re.compile(r"\{[{%#]")
_WHY: Final = "a step calls no host that its operator hasn't named, whatever users type"


def check_outside(config: Config) -> list[Diagnostic]:
    """Return a fault for each step that calls a host which the config doesn't allow."""
    written = config.document.http
    if not config.is_sound("http"):
        return []  # nobody knows what it allows
    hosts = Hosts(written.allow, written.private)
    return [fault for step in every_step(config) for fault in _faults(config, step, hosts)]


def _faults(config: Config, step: WrittenStep, hosts: Hosts) -> Iterator[Diagnostic]:
    url = step.action.reaches()
    if url is None:
        return
    if not hosts.allowed:
        yield _nobody_allowed(step)
    elif (known := _known(url)) is not None:
        yield from _of_address(config, step, known, hosts)


def _known(url: object) -> str | None:
    """Return an address as far as the host is known: all of it, or what stands before a template behind the host."""
    if isinstance(url, str):
        return url
    source = url.template.source if isinstance(url, Authored) else ""
    head = _TEMPLATE.split(source, maxsplit=1)[0]
    return head if re.match(r"[a-z]+://[^/?#]+[/?#]", head, re.IGNORECASE) else None


def _of_address(config: Config, step: WrittenStep, url: str, hosts: Hosts) -> Iterator[Diagnostic]:
    span, (scheme, host, port) = step.spans.get("url=", step.spans.get("url", step.key)), _parts(url)
    if host is None or port is None or scheme not in PORTS:
        yield Diagnostic(
            slug="not-a-web-address",
            span=span,
            headline="this is no address of a web server",
            why="the step would fail whenever it runs",
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


def _nobody_allowed(step: WrittenStep) -> Diagnostic:
    return Diagnostic(
        slug="host-not-allowed",
        span=step.key,
        headline=f"`{step.name}` can call nobody: no host is allowed",
        why=_WHY,
        fix="name them at the top: `http: {allow: [api.example.com]}`",
    )
