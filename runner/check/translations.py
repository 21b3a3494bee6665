"""Names in other languages: each is one that Discord takes, and no two things that stand side by side share one.

Source: Discord docs, Application Commands, Localization and Naming.
"""

from collections.abc import Iterator, Mapping

from runner.check.names import as_command_name
from runner.config.document import Command, Option, commands_in
from runner.config.load import Config
from runner.data import dataclass
from runner.diagnostics import Diagnostic, Mark
from runner.lifecycle import limits

_Family = tuple[str, list["_Named"]]
"""What things that stand side by side are, and the things."""


@dataclass(frozen=True, slots=True)
class _Named:
    """Something that has a name in several languages, and where it stands in the file."""

    name: str
    translations: Mapping[str, str]
    path: tuple[str, ...]

    def in_language(self, locale: str) -> str:
        """Return what users of a language read."""
        written = self.written(locale)
        return self.name if written is None else self.translations[written]

    def written(self, locale: str) -> str | None:
        """Return the language of that: Discord looks into a near one before it takes the default, which is None."""
        near = limits.LOCALE_FALLBACKS.get(locale, "")
        return next((each for each in (locale, near) if each in self.translations), None)

    def place(self, locale: str) -> tuple[str, ...]:
        """Return the path of what users of a language read."""
        written = self.written(locale)
        return self.path if written is None else (*self.path, "name_localizations", written)


def check_translations(config: Config) -> Iterator[Diagnostic]:
    """Yield a fault for each name in another language that Discord refuses, or that two things have there."""
    for kind, family in _families(config):
        if not any(named.translations for named in family):
            continue
        if kind in _A:  # the others are freer
            yield from _invalid(config, kind, family)
        yield from _shared(config, kind, family)


def _families(config: Config) -> Iterator[_Family]:
    yield "command", list(_commands("", config.document.commands))
    for kind in ("user", "message"):
        menus = config.document.context_menus.items()
        yield (
            "menu",
            [
                _Named(name, menu.name_localizations, ("context_menus", name))
                for name, menu in menus
                if menu.type == kind
            ],
        )
    for names, command in config.commands():
        name = " ".join(names)
        yield "command", list(_commands(name + " ", commands_in(command)))
        path = ("commands", name, "options")
        yield "option", [_Named(each, o.name_localizations, (*path, each)) for each, o in command.options.items()]
        for option, declared in command.options.items():
            yield "choice", list(_choices((*path, option, "choices"), declared))


def _commands(before: str, commands: Mapping[str, Command]) -> Iterator[_Named]:
    for name, command in commands.items():
        yield _Named(name, command.name_localizations, ("commands", before + name))


def _choices(path: tuple[str, ...], declared: Option) -> Iterator[_Named]:
    for value, choice in (declared.choices or {}).items():
        yield _Named(choice.name, choice.name_localizations, (*path, value))


def _invalid(config: Config, kind: str, family: list[_Named]) -> Iterator[Diagnostic]:
    for named in family:
        for locale, name in named.translations.items():
            if not limits.is_command_name(name):
                yield Diagnostic(
                    slug="invalid-translation",
                    span=config.value(*named.place(locale)),
                    headline=f"Discord takes no `{name}` as the name of {_A[kind]}, in any language",
                    why="a name is 1 to 32 letters, digits, `-`, `_` and `'`, in lower case where there is one "
                    "(Discord docs, Application Commands, Naming)",
                    fix=f"write `{as_command_name(name)}`",
                )


def _shared(config: Config, kind: str, family: list[_Named]) -> Iterator[Diagnostic]:
    """Yield the names that two have in a language, each once; those that they have in all are another rule's.

    No option may be called in any language as another one is by default, even where that one is translated too.
    """
    noted: set[frozenset[tuple[str, ...]]] = set()
    by_default = {} if kind == "choice" else {named.name: named for named in family}
    for locale in _languages(family):
        first: dict[str, _Named] = {}
        for named in family:
            other = first.setdefault(named.in_language(locale), named)
            if other is named and named.written(locale):
                other = by_default.get(named.in_language(locale), named)
            is_translated = named.written(locale) or other.written(locale)
            places = frozenset({named.place(locale), other.place(locale)})
            if other is not named and is_translated and places not in noted:
                noted.add(places)
                yield _same(config, kind, locale, named, other)


def _languages(family: list[_Named]) -> list[str]:
    """Return the languages in which any of them reads otherwise than by default."""
    return [locale for locale in limits.LOCALES if any(named.written(locale) for named in family)]


def _same(config: Config, kind: str, locale: str, named: _Named, other: _Named) -> Diagnostic:
    return Diagnostic(
        slug="same-name-in-language",
        span=config.value(*named.place(locale)),
        headline=f"“{named.in_language(locale)}” in `{locale}` is another {kind}'s name too",
        why="users could not tell them apart (Discord docs, Application Commands, Localization)",
        fix="give each a name of its own in that language",
        marks=(Mark(config.value(*other.place(locale)), "that one"),),
    )


_A = {"command": "a command", "option": "an option"}
