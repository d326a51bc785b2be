"""The colours and signs of the plots: roles, not looks, are what the drawing functions name.

No meaning is carried by a colour alone: train and validation curves differ in their pattern too, marks have labels,
good, warning and bad go along with a sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Literal

from rich.style import Style

Role = Literal[
    "text", "dim", "axis", "train", "validation", "train_raw", "validation_raw", "earlier", "best", "edit",
    "good", "warning", "bad", "bar",
]  # fmt: skip

_TRUE: Mapping[Role, str] = {
    "text": "default", "dim": "#8a8a8a", "axis": "#6c6c6c", "train": "#5fafff", "validation": "#ffaf5f",
    "train_raw": "#2f5f87", "validation_raw": "#87602f", "earlier": "#5a5a5a", "best": "#5faf5f", "edit": "#af87ff",
    "good": "#5faf5f", "warning": "#d7af00", "bad": "#ff5f5f", "bar": "#5fafff",
}  # fmt: skip
_SIXTEEN: Mapping[Role, str] = {
    "text": "default", "dim": "dim", "axis": "dim", "train": "bright_blue", "validation": "yellow",
    "train_raw": "dim blue", "validation_raw": "dim yellow", "earlier": "dim", "best": "green",
    "edit": "bright_magenta", "good": "green", "warning": "yellow", "bad": "bright_red", "bar": "bright_blue",
}  # fmt: skip
_NONE: Mapping[Role, str] = {
    "text": "none", "dim": "dim", "axis": "dim", "train": "bold", "validation": "none", "train_raw": "dim",
    "validation_raw": "dim", "earlier": "dim", "best": "bold", "edit": "none", "good": "none", "warning": "bold",
    "bad": "bold", "bar": "none",
}  # fmt: skip

# Told apart by eyes that do not tell red from green: Okabe and Ito (2008), a little lighter
_CLASSES_TRUE = ("#56b4e9", "#e69f00", "#29b78c", "#e07ba8", "#f0e442", "#7d8ff0", "#ef7f3b", "#b0b0b0")
_CLASSES_SIXTEEN = ("bright_blue", "yellow", "green", "magenta", "cyan", "red", "bright_white", "bright_black")


@dataclass(frozen=True, eq=False)
class Palette:
    """Styles by role. `colours` is ``none``, ``16``, ``256`` or ``true``; `classes` are the styles of class numbers."""

    colours: str
    styles: Mapping[Role, Style] = field(repr=False)
    classes: tuple[Style, ...] = field(repr=False)

    def __getitem__(self, role: Role) -> Style:
        return self.styles[role]

    def of_class(self, number: int) -> Style:
        """The style of a class; they repeat after eight (the signs of `Glyphs.class_signs` do so later)."""
        return self.classes[number % len(self.classes)]

    @property
    def shades(self) -> bool:
        """Whether colours can be mixed freely (so a brightness can carry a magnitude)."""
        return self.colours in {"256", "true"}


@dataclass(frozen=True)
class Glyphs:
    """Signs that the terminal can show. `ascii_only` decides between braille and one character a point.

    `blocks` grow to the right, `columns` upward; `plus` and `minus` grow with a magnitude; `fills` are the background
    of class numbers, `class_signs` their points.
    """

    ascii_only: bool
    line_train: str
    line_validation: str
    mark_best: str
    mark_edit: str
    arrow: str
    ellipsis: str
    times: str
    blocks: str
    spark: str
    columns: str
    plus: str
    minus: str
    fills: str
    class_signs: str
    dot: str


UNICODE = Glyphs(
    ascii_only=False, line_train="━━", line_validation="╍╍", mark_best="▏", mark_edit="┊", arrow="→", ellipsis="…",
    times="×", blocks=" ▏▎▍▌▋▊▉█", spark="▁▂▃▄▅▆▇█", columns=" ▁▂▃▄▅▆▇█", plus=" ·+*#", minus=" ·-=≡", fills=" ░·╱╲-:~",
    class_signs="●▲■◆▼★✚○△□◇▽", dot="·",
)  # fmt: skip
ASCII = Glyphs(
    ascii_only=True, line_train="**", line_validation="oo", mark_best="|", mark_edit=":", arrow="->", ellipsis="~",
    times="x", blocks=" #", spark=".:-=+*#%", columns=" ..::::##", plus=" .+*#", minus=" .-=%", fills=" .:'-/=,",
    class_signs="ox+*#@%&svw^", dot="-",
)  # fmt: skip


@cache
def palette_of(colours: str) -> Palette:
    """The palette for ``none`` (NO_COLOR), ``16``, ``256`` or ``true`` colours."""
    named = {"none": _NONE, "16": _SIXTEEN}.get(colours, _TRUE)
    styles = {role: Style.parse(text) for role, text in named.items()}
    classes = {"none": ("none",), "16": _CLASSES_SIXTEEN}.get(colours, _CLASSES_TRUE)
    return Palette(colours, MappingProxyType(styles), tuple(Style.parse(text) for text in classes))


def glyphs_of(ascii_only: bool) -> Glyphs:
    """The signs for a terminal that shows only ASCII, or everything."""
    return ASCII if ascii_only else UNICODE
