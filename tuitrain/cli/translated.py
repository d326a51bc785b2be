"""Commands and options whose help is translated when it is shown, so that their declarations stay plain."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import click

from tuitrain.translation import gettext as _

Function = TypeVar("Function", bound=Callable[..., Any])


class Help:
    """A help text: set as it is declared, or as a function that describes it; read in the language of the program."""

    def __get__(self, owner: Any, kind: type[Any] | None = None) -> str | None:
        text = vars(owner).get("declared_help")
        if callable(text):
            return str(text())
        return None if text is None else _(inspect.cleandoc(text))

    def __set__(self, owner: Any, text: str | Callable[[], str] | None) -> None:
        vars(owner)["declared_help"] = text


class TranslatedCommand(click.Command):
    """A command with its help translated."""

    help = Help()


class TranslatedGroup(click.Group):
    """A group of commands with its help translated."""

    help = Help()


class TranslatedOption(click.Option):
    """An option with its help translated, or made by `describe` when it is shown."""

    help = Help()

    def __init__(self, *arguments: Any, describe: Callable[[], str] | None = None, **rest: Any) -> None:
        super().__init__(*arguments, **rest)
        if describe is not None:
            self.help = describe


def command(name: str | None = None, **settings: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a `TranslatedCommand`, as ``click.command`` makes one of click's."""
    return click.command(name, cls=TranslatedCommand, **settings)


def option(*names: str, **settings: Any) -> Callable[[Function], Function]:
    """Add a `TranslatedOption`, as ``click.option`` adds one of click's."""
    return click.option(*names, cls=TranslatedOption, **settings)
