"""How text looks on this terminal: colours and signs, by what the terminal can show.

The background and the plain text are the terminal's own, so that dark and light terminals both work and little is
written. A sign or a word always goes along with a colour.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from rich.style import Style

_RICH = {
    "plain": "default", "dim": "#8a8a8a", "bold": "bold", "title": "bold #5fafff", "accent": "#5fafff",
    "good": "#5faf5f", "warning": "#d7af00", "bad": "#ff5f5f", "key": "bold #5fafff",
    "selected": "bold #ffffff on #1f5f9f", "unfocused": "reverse", "edited": "bold #d7af00",
    "editor": "default on #303030", "frame": "#6c6c6c",
}  # fmt: skip
_SIXTEEN = {
    **_RICH, "dim": "dim", "title": "bold cyan", "accent": "cyan", "good": "green", "warning": "yellow", "bad": "red",
    "key": "bold cyan", "selected": "bold white on blue", "edited": "bold yellow", "editor": "underline",
    "frame": "dim",
}  # fmt: skip
_NONE = {
    **_RICH, "dim": "dim", "title": "bold", "accent": "bold", "good": "none", "warning": "bold", "bad": "bold",
    "key": "bold", "selected": "reverse bold", "edited": "bold", "editor": "underline", "frame": "dim",
}  # fmt: skip

_SIGNS = {
    "cursor": "▸", "ready": "○", "running": "●", "paused": "‖", "done": "✓", "diverged": "✗", "failed": "✗",
    "error": "✗", "dot": "·", "times": "×", "arrow": "→", "rule": "─", "more": "▾", "less": "▴", "ellipsis": "…",
    "corner": "└",
}  # fmt: skip
_ASCII_SIGNS = {
    "cursor": ">", "ready": "o", "running": "*", "paused": "=", "done": "+", "diverged": "!", "failed": "!",
    "error": "!", "dot": "|", "times": "x", "arrow": "->", "rule": "-", "more": "v", "less": "^", "ellipsis": "~",
    "corner": "`",
}  # fmt: skip


@dataclass(frozen=True)
class Theme:
    """Styles and signs by name."""

    colours: str
    ascii_only: bool
    styles: Mapping[str, Style]
    signs: Mapping[str, str]

    @property
    def css_variables(self) -> dict[str, str]:
        """Frames, and those of what has the focus (``$frame``, ``$focus-frame``, colours), and scroll bars' width."""
        sixteen = {"$frame-colour": "ansi_bright_black", "$focus-colour": "ansi_bright_blue"}
        rich = {"$frame-colour": "#6c6c6c", "$focus-colour": "#5fafff"}
        colours = {name[1:]: value for name, value in (sixteen if self.colours == "16" else rich).items()}
        chosen = ("ansi_default", "ansi_default", "bold underline")  # without colours nothing else is left
        if self.colours != "none":
            chosen = ("#ffffff", "#1f5f9f", "bold") if self.colours != "16" else ("ansi_white", "ansi_blue", "bold")
        colours |= zip(("chosen", "chosen-background", "chosen-style"), chosen, strict=True)
        if self.ascii_only:
            return {"frame": "ascii", "focus-frame": "ascii", "bar": "0", **colours}
        focus_frame = "heavy" if self.colours == "none" else "solid"
        return {"frame": "solid", "focus-frame": focus_frame, "bar": "1", **colours}

    def plain(self, text: str) -> str:
        """`text` with the signs that an ASCII terminal lacks replaced; as it is elsewhere."""
        return text.translate(_TO_ASCII).encode("ascii", "replace").decode() if self.ascii_only else text


_TO_ASCII = str.maketrans({
    "×": "x", "–": "-", "—": "-", "→": "->", "…": "...", "·": "|", "½": "1/2 ", "‖": "|", "²": "^2", "Σ": "sum",
    "÷": "/", "▸": ">", "●": "*", "∇": "grad", "↑": "^", "↓": "v", "←": "<",
    "σ": "s", "±": "+-", "≥": ">=", "≤": "<=", "✓": "+", "✗": "!",
    "‑": "-", "’": "'", "«": '"', "»": '"',
})  # fmt: skip


def theme_of(environment: Mapping[str, str] | None = None) -> Theme:
    """The theme for the terminal that the environment describes."""
    variables = os.environ if environment is None else environment
    colours = colours_of(variables)
    ascii_only = is_ascii_only(variables)
    named = {"none": _NONE, "16": _SIXTEEN}.get(colours, _RICH)
    styles = {name: Style.parse(text) for name, text in named.items()}
    return Theme(colours, ascii_only, styles, _ASCII_SIGNS if ascii_only else _SIGNS)


def colours_of(environment: Mapping[str, str]) -> str:
    """``none``, ``16``, ``256`` or ``true``: how many colours the terminal shows."""
    if environment.get("NO_COLOR"):
        return "none"
    if environment.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return "true"
    term = environment.get("TERM", "").lower()
    if "256" in term or "direct" in term or "kitty" in term:
        return "256"
    return "16"


def is_ascii_only(environment: Mapping[str, str]) -> bool:
    """Whether the locale says that only ASCII may be written.

    Python itself sets LC_CTYPE where LANG is C (PEP 538), so a plain C locale in LC_ALL or LANG is looked at first.
    """
    locale = environment.get("LC_ALL") or ""
    if not locale and environment.get("LANG") in {"C", "POSIX"}:
        locale = "C"
    locale = locale or environment.get("LC_CTYPE") or environment.get("LANG") or ""
    return bool(locale) and "utf" not in locale.lower()
