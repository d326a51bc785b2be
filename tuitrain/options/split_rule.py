"""How rows are divided into parts: at random, or so that groups or times stay apart."""

from __future__ import annotations

from dataclasses import dataclass

from tuitrain.text import quoted
from tuitrain.translation import gettext as _

RANDOM, GROUP, TIME = "random", "group", "time"


@dataclass(frozen=True)
class SplitRule:
    """A rule and, unless it is random, the column that it looks at: ``random``, ``group:patient``, ``time:day``."""

    kind: str = RANDOM
    column: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.column}" if self.column else self.kind

    @classmethod
    def parse(cls, text: str) -> SplitRule:
        """Read a rule as a person types it.

        Raises
        ------
        ValueError
            if it is not a rule; says how one is written.
        """
        kind, _colon, column = text.partition(":")
        kind, column = kind.strip().lower(), column.strip()
        if kind == RANDOM and not column:
            return cls()
        if kind in {GROUP, TIME} and column:
            return cls(kind, column)
        written = _("write random, group:COLUMN or time:COLUMN")
        if kind in {GROUP, TIME}:
            written = _("name the column too, as {kind}:COLUMN").format(kind=kind)
        raise ValueError(_("split {text}: {written}").format(text=quoted(text), written=written))
