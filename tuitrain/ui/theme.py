"""How text and plots look on this terminal: colours and signs by role, by what the terminal can show.

The background and the plain text are the terminal's own, so that dark and light terminals both work and little is
written. No meaning is carried by a colour alone: train and validation curves differ in their pattern too, marks have
labels, good, warning and bad go along with a sign or a word.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Literal

from rich.style import Style

Role = Literal[
    "plain", "dim", "bold", "title", "accent", "good", "warning", "bad", "key", "selected", "unfocused", "edited",
    "editor", "frame", "axis", "train", "validation", "train_raw", "validation_raw", "earlier", "best", "edit", "bar",
]  # fmt: skip

_RICH: Mapping[Role, str] = {
    "plain": "default", "dim": "#8a8a8a", "bold": "bold", "title": "bold #5fafff", "accent": "#5fafff",
    "good": "#5faf5f", "warning": "#d7af00", "bad": "#ff5f5f", "key": "bold #5fafff",
    "selected": "bold #ffffff on #1f5f9f", "unfocused": "reverse", "edited": "bold #d7af00",
    "editor": "default on #303030", "frame": "#6c6c6c",
    "axis": "#6c6c6c", "train": "#5fafff", "validation": "#ffaf5f", "train_raw": "#2f5f87",
    "validation_raw": "#87602f", "earlier": "#5a5a5a", "best": "#5faf5f", "edit": "#af87ff", "bar": "#5fafff",
}  # fmt: skip
_SIXTEEN: Mapping[Role, str] = {
    "plain": "default", "dim": "dim", "bold": "bold", "title": "bold cyan", "accent": "cyan", "good": "green",
    "warning": "yellow", "bad": "bright_red", "key": "bold cyan", "selected": "bold white on blue",
    "unfocused": "reverse", "edited": "bold yellow", "editor": "underline", "frame": "dim",
    "axis": "dim", "train": "bright_blue", "validation": "yellow", "train_raw": "dim blue",
    "validation_raw": "dim yellow", "earlier": "dim", "best": "green", "edit": "bright_magenta", "bar": "bright_blue",
}  # fmt: skip
_NONE: Mapping[Role, str] = {
    "plain": "none", "dim": "dim", "bold": "bold", "title": "bold", "accent": "bold", "good": "none",
    "warning": "bold", "bad": "bold", "key": "bold", "selected": "reverse bold", "unfocused": "reverse",
    "edited": "bold", "editor": "underline", "frame": "dim",
    "axis": "dim", "train": "bold", "validation": "none", "train_raw": "dim", "validation_raw": "dim",
    "earlier": "dim", "best": "bold", "edit": "none", "bar": "none",
}  # fmt: skip

# Told apart by eyes that do not tell red from green: Okabe and Ito (2008), a little lighter
_CLASSES_RICH = ("#56b4e9", "#e69f00", "#29b78c", "#e07ba8", "#f0e442", "#7d8ff0", "#ef7f3b", "#b0b0b0")
_CLASSES_SIXTEEN = ("bright_blue", "yellow", "green", "magenta", "cyan", "red", "bright_white", "bright_black")


@dataclass(frozen=True)
class Signs:
    """Signs that the terminal can show.

    `blocks` grow to the right, `columns` upward; `plus` and `minus` grow with a magnitude; `fills` are the background
    of class numbers, `class_signs` their points; `none` stands for a count of zero.
    """

    cursor: str
    ready: str
    running: str
    paused: str
    done: str
    diverged: str
    failed: str
    past: str
    error: str
    dot: str
    none: str
    times: str
    arrow: str
    rule: str
    bar: str
    more: str
    less: str
    ellipsis: str
    corner: str
    line_train: str
    line_validation: str
    mark_best: str
    mark_edit: str
    blocks: str
    spark: str
    columns: str
    plus: str
    minus: str
    fills: str
    class_signs: str

    def of_state(self, state: str) -> str:
        """Return the sign of a training's or a search's state."""
        sign: str = getattr(self, state)
        return sign


_UNICODE = Signs(
    cursor="▸", ready="○", running="●", paused="◌", done="✓", diverged="✗", failed="✗", past="◂", error="✗", dot="·",
    none="·", times="×", arrow="→", rule="─", bar="│", more="▾", less="▴", ellipsis="…", corner="└",
    line_train="━", line_validation="╍", mark_best="▏", mark_edit="┊", blocks=" ▏▎▍▌▋▊▉█", spark="▁▂▃▄▅▆▇█",
    columns=" ▁▂▃▄▅▆▇█", plus=" ·+*#", minus=" ·-=≡", fills=" ░·╱╲-:~", class_signs="●▲■◆▼★✚○△□◇▽",
)  # fmt: skip
_ASCII = Signs(
    cursor=">", ready="o", running="*", paused="=", done="+", diverged="!", failed="!", past="<", error="!", dot="|",
    none="-", times="x", arrow="->", rule="-", bar="|", more="v", less="^", ellipsis="~", corner="`",
    line_train="*", line_validation="o", mark_best="|", mark_edit=":", blocks=" #", spark=".:-=+*#%",
    columns=" ..::::##", plus=" .+*#", minus=" .-=%", fills=" .:'-/=,", class_signs="ox+*#@%&svw^",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Theme:
    """Styles by role, and signs.

    `colours` is ``none`` (NO_COLOR), ``16``, ``256`` or ``true``; `ascii_only` decides between braille and one
    character a point; `classes` are the styles of class numbers.
    """

    colours: str
    ascii_only: bool
    styles: Mapping[str, Style] = field(repr=False)
    signs: Signs = field(repr=False)
    classes: tuple[Style, ...] = field(repr=False)

    def __getitem__(self, role: Role) -> Style:
        return self.styles[role]

    def of_class(self, number: int) -> Style:
        """Return the style of a class; styles repeat after eight (`Signs.class_signs` later)."""
        return self.classes[number % len(self.classes)]

    @property
    def shades(self) -> bool:
        """Whether colours can be mixed freely (so a brightness can carry a magnitude)."""
        return self.colours in {"256", "true"}

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
        return {"frame": "solid", "focus-frame": "solid", "bar": "1", **colours}

    def plain(self, text: str) -> str:
        """`text` with the signs that an ASCII terminal lacks replaced; as it is elsewhere."""
        if not self.ascii_only:
            return text
        apart = _ALONE.sub(".", text) if "·" in text else text
        return apart.translate(_TO_ASCII).encode("ascii", "replace").decode()

    def formula(self, text: str) -> str:
        """`text` as `plain` shows it, in which a dot is a product."""
        return self.plain(text.translate(_FORMULA_TO_ASCII)) if self.ascii_only else text


_TO_ASCII = str.maketrans({
    "×": "x", "–": "-", "—": "-", "→": "->", "…": "...", "·": "|", "½": "1/2 ", "‖": "|", "²": "^2", "Σ": "sum",
    "÷": "/", "▸": ">", "●": "*", "∇": "grad", "↑": "^", "↓": "v", "←": "<",
    "σ": "s", "±": "+-", "≥": ">=", "≤": "<=", "✓": "+", "✗": "!",
    "‑": "-", "’": "'", "«": '"', "»": '"', "›": ">", "★": "*", "◆": "@", "−": "-", "′": "'", "√": "sqrt", "∞": "inf",
    "∂": "d", "δ": "delta", "η": "eta", "θ": "theta", "λ": "lambda", "β": "beta", "μ": "mu", "ρ": "rho", "ε": "eps",
    "Φ": "Phi", "φ": "phi", "Π": "prod", "ŷ": "y^", "\u0302": "^", "ᵗ": "^t", "₁": "1", "₂": "2",
    "ₗ": "_l", "₊": "+", "⊙": "*", "∘": ".", "○": "o", "◂": "<", "┊": ":", "│": "|", "═": "=",
    "ᵢ": "_i", "ₖ": "_k", "ₛ": "_s", "₀": "0", "₋": "-", "κ": "kappa", "π": "pi",
    "Δ": "Delta", "⌈": "ceil(", "⌉": ")", "⌊": "floor(", "⌋": ")", "≈": "~", "¹": "^1", "⁷": "^7", "━": "-", "╍": "-",
})  # fmt: skip


_ALONE = re.compile("(?<=  )·(?=  |$)")  # a number in a column that is not known: no sign between two words
_FORMULA_TO_ASCII = str.maketrans({"·": "*"})


@cache
def theme_for(colours: str, *, ascii_only: bool = False) -> Theme:
    """Return the theme for ``none``, ``16``, ``256`` or ``true`` colours."""
    named = {"none": _NONE, "16": _SIXTEEN}.get(colours, _RICH)
    styles: dict[str, Style] = {role: Style.parse(text) for role, text in named.items()}
    classes = {"none": ("none",), "16": _CLASSES_SIXTEEN}.get(colours, _CLASSES_RICH)
    return Theme(
        colours, ascii_only, MappingProxyType(styles), _ASCII if ascii_only else _UNICODE,
        tuple(Style.parse(text) for text in classes),
    )  # fmt: skip


def theme_of(environment: Mapping[str, str] | None = None) -> Theme:
    """Return the theme for the terminal that the environment describes."""
    variables = os.environ if environment is None else environment
    return theme_for(colours_of(variables), ascii_only=is_ascii_only(variables))


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
    PYTHONIOENCODING goes before all of them: it decides what Python writes.
    """
    encoding = environment.get("PYTHONIOENCODING", "").partition(":")[0]
    if encoding:
        return "utf" not in encoding.lower()
    locale = environment.get("LC_ALL") or ""
    if not locale and environment.get("LANG") in {"C", "POSIX"}:
        locale = "C"
    locale = locale or environment.get("LC_CTYPE") or environment.get("LANG") or ""
    return bool(locale) and "utf" not in locale.lower()
