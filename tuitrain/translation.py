"""Texts that users see, in their language: marked where they are written, translated where they are shown.

A text that is shown at once is written ``_("no trial yet")``, with ``from tuitrain.translation import gettext as _``;
one with figures in it ``_("trial {number}").format(number=7)``, so that a catalogue can move them. A text that is
declared when a module is imported is marked ``N_("…")`` and goes through `gettext` where it is shown. So do, without a
mark of their own, the labels, meanings, explanations and groups of options, the words and meanings of actions, and the
titles and meanings of rooms: whoever collects texts for a catalogue takes them from their declarations.

What a user types or a file holds stays as it is: values, choices, names of options, strategies and metrics.
"""

from __future__ import annotations

from gettext import NullTranslations

__all__ = ["N_", "gettext", "install", "installed", "ngettext"]

_ENGLISH = NullTranslations()
_installed = _ENGLISH


def install(translations: NullTranslations | None) -> None:
    """Show texts in the language of `translations` from now on; None: in English, as they are written."""
    global _installed  # noqa: PLW0603 - one language for the program
    _installed = _ENGLISH if translations is None else translations


def installed() -> NullTranslations:
    """Return what `install` was given: to keep what was made of texts until the language changes."""
    return _installed


def gettext(text: str) -> str:
    """Translate `text`; what the catalogue lacks stays English."""
    return _installed.gettext(text) if text else ""  # "" would be the catalogue's own header


def ngettext(singular: str, plural: str, count: int) -> str:
    """Translate a text in the form that the language has for `count`."""
    return _installed.ngettext(singular, plural, count)


def N_(text: str) -> str:  # noqa: N802 - the name that collectors of texts know
    """Mark a text that is declared now and translated where it is shown; return it as it is."""
    return text
