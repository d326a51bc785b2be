"""A trap: a notice of something that would make a training's result mean less than it seems to."""

from __future__ import annotations

from typing import Literal

from tuitrain.data.notices import Notice

TrapKind = Literal[
    "leak", "total", "outlier", "zeros", "repeated", "rare", "task", "id", "levels", "mark", "group", "time"
]  # fmt: skip


class Trap(Notice):
    """A notice whose `kind` says what was found, for a screen that lists traps by kind."""

    __slots__ = ("kind",)
    kind: TrapKind

    def __new__(cls, text: str, columns: tuple[str, ...] = (), kind: TrapKind = "leak") -> Trap:
        made = super().__new__(cls, text, columns)
        assert isinstance(made, Trap)
        made.kind = kind
        return made
