"""What one hyperparameter's field knows beyond an option: when a change takes effect, and how a key nudges it.

`hyperparameters.py` declares them; the form, the command-line options, the TOML file, the help pages and the search
space are made from them.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tuitrain.options.option import MOST_DIGITS, Option
from tuitrain.text import listed_or, quoted, shown
from tuitrain.translation import gettext as _

Value = float | int | str | tuple[int, ...]

NUDGE = 10**0.25  # one key press on a log scale: four presses are a factor of ten


@dataclass(frozen=True, kw_only=True)
class Field(Option):
    """One hyperparameter: an option, with when a change of it takes effect and how it is nudged and searched.

    `when` names the fields and values under which this one matters (beta2 under adam); it is dimmed otherwise.
    `words` are accepted beside a number (``full`` for the batch size); from a word, a nudge goes to `nudge_start`.
    `automatic` says which number the word ``auto`` stands for under each optimizer; "" is any other one.
    `scale` says how a nudge moves: by `step`, by a factor of 10^(1/4) (of the value, or of 1 - value for
    ``complement``), or to the next power of two. Where 0 is allowed on a log scale, `step` is the smallest value above.
    """

    live: bool = True
    scale: Literal["linear", "log", "complement", "doubling"] = "linear"
    step: float = 1.0
    nudge_start: Value = 1.0
    nudge_down_from_word: bool = False
    automatic: Mapping[str, float] = field(default_factory=dict)
    search: str = ""
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def allowed(self) -> str:
        if self.kind == "layers":
            return listed_or([_("units per layer, as 64x32"), "none", *self.words])
        return super().allowed

    @property
    def _hint(self) -> str:
        return ""  # the form shows the range beside the message

    def parse(self, text: str) -> Value:
        if self.kind == "layers" and text.strip().lower() not in self.words:
            return self._check_layers(_parse_layers(text.strip(), _(self.label)))
        value: Value = super().parse(text)
        return value

    def check(self, value: Any) -> Value:
        if self.kind == "layers":
            return str(value) if isinstance(value, str) and value in self.words else self._check_layers(value)
        checked: Value = super().check(value)
        return checked

    def _check_layers(self, value: Any) -> tuple[int, ...]:
        is_list = isinstance(value, (list, tuple)) or value is None or hasattr(value, "tolist")
        sizes = tuple(value if value is not None else ()) if is_list else (value,)
        for size in sizes:
            is_number = isinstance(size, numbers.Real) and not isinstance(size, bool)
            if not is_number or not 1 <= size <= self.maximum or int(size) != size:
                raise ValueError(
                    _("{label}: {size} units are not a whole number from 1 to {maximum:g}").format(
                        label=_(self.label), size=shown(size), maximum=self.maximum
                    )
                )
        if len(sizes) > 32:
            raise ValueError(
                _("{label}: {count} layers are more than 32").format(label=_(self.label), count=len(sizes))
            )
        return tuple(int(size) for size in sizes)

    def format(self, value: Any) -> str:
        """Write `value` as `parse` reads it: ``0.01``, ``64x32``, ``none``, ``full``."""
        return "x".join(map(str, value)) or "none" if isinstance(value, tuple) else super().format(value)

    def plain(self, value: Any) -> Any:
        return self.format(value) if isinstance(value, tuple) else value

    def nudge(self, value: Any, direction: int) -> Value:
        """The next value up (`direction` 1) or down (-1), kept within what is allowed."""
        if self.kind == "choice":
            return self.choices[(self.choices.index(value) + direction) % len(self.choices)]
        if self.kind == "layers":
            return self._nudge_layers((8,) if isinstance(value, str) else value, direction)
        if isinstance(value, str):
            return self.nudge_start if direction > 0 or self.nudge_down_from_word else str(value)
        moved = self._moved(value, direction)
        if self.kind == "whole":
            moved = round(moved)
        if moved < self.minimum or (self.above_minimum and moved == self.minimum) or moved > self.maximum:
            return self.check(value)
        return self.check(moved)

    def _moved(self, value: float, direction: int) -> float:
        if self.scale == "linear":
            return round(value + direction * self.step, 10)
        if self.scale == "complement":
            return round(1 - _on_grid(1 - value, -direction), 6)
        if value == 0:
            return self.step if direction > 0 else 0.0
        if self.scale == "doubling":
            return float(2 ** (math.floor(math.log2(value)) + 1)) if direction > 0 else (value + 1) // 2
        moved = _on_grid(value, direction)
        if self.kind == "whole" and round(moved) == value:
            return value + direction
        if moved < self.step * 0.999 and self.minimum == 0 and not self.above_minimum:
            return 0.0
        return moved

    def _nudge_layers(self, sizes: tuple[int, ...], direction: int) -> tuple[int, ...]:
        if not sizes:
            return (8,) if direction > 0 else sizes
        if direction > 0:
            return tuple(min(size * 2, int(self.maximum)) for size in sizes)
        return tuple(max(size // 2, 1) for size in sizes)


def _on_grid(value: float, direction: int) -> float:
    """One step of `NUDGE`, on the grid of ``10**(k/4)`` if `value` is on it, to three digits."""
    position = 4 * math.log10(value)
    if abs(position - round(position)) < 0.02:
        return float(f"{10 ** ((round(position) + direction) / 4):.3g}")
    return float(f"{value * NUDGE**direction:.3g}")


def _parse_layers(text: str, label: str) -> tuple[int, ...]:
    if text.lower() in {"", "none", "0", "()", "[]"}:
        return ()
    parts = text.strip("()[]").rstrip(",").lower().replace("×", "x").replace(",", "x").replace(" ", "").split("x")
    if not all(part.isascii() and part.isdigit() and len(part) <= MOST_DIGITS for part in parts):
        raise ValueError(
            _("{label}: {text} is not a list of layer sizes; write 64x32, or none").format(
                label=label, text=quoted(text)
            )
        )
    return tuple(map(int, parts))
