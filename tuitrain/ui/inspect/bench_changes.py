"""What was done to the bench's copy of the network: weights typed, steps learnt, and what of it the run was given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tuitrain.session.commands import SetParameter
from tuitrain.session.session import Session
from tuitrain.translation import gettext as _
from tuitrain.translation import ngettext
from tuitrain.ui.inspect.adopting import ENDED


class CopyChanges:
    """`steps` of the optimizer were taken; `moved` are the weights typed: index, value, after how many steps."""

    def __init__(self, session: Session[Any]) -> None:
        self._session = session
        self.forget()

    def forget(self) -> None:
        """Take back what was typed and learnt on the copy; what the run was given stays."""
        self.steps = 0
        self.moved: tuple[tuple[int, float, int], ...] = ()
        self._to_give_back: list[SetParameter] = []

    def type(self, index: int, value: float) -> None:
        """Put a value in the place of a weight of the copy."""
        self.moved = (*self.moved, (index, value, self.steps))

    def adopt(self, own: Sequence[float]) -> str:
        """Put the typed weights into the run, whose weights were `own` when it was copied; return what to say."""
        if not self.moved:
            return _("no weight is typed: enter types one, 1 takes it into the run")
        if self._session.snapshot.state in ENDED:
            return _("the training has ended: its weights are those of the best epoch, and stay")
        values = {index: value for index, value, _steps in self.moved}
        self._to_give_back = [SetParameter(index, own[index]) for index in values]
        for index, value in values.items():
            self._session.send(SetParameter(index, value))
        told = ngettext(
            "{count} weight is in the run now; u takes it back",
            "{count} weights are in the run now; u takes them back", len(values),
        )  # fmt: skip
        return told.format(count=len(values))

    def undo(self) -> str:
        """Take back what was done last: adopted, typed, or learnt; return what to say, "" where the copy changed."""
        if self._to_give_back:
            commands, self._to_give_back = self._to_give_back, []
            if self._session.snapshot.state in ENDED:
                return _("not taken back from the run: it has ended, and its weights stay; u again is for the copy")
            for command in commands:
                self._session.send(command)
            return _("the run has the weights back that the copy began with")
        if self.moved and self.moved[-1][2] == self.steps:
            self.moved = self.moved[:-1]
        elif self.steps:
            self.steps -= 1
        else:
            return _("nothing to take back")
        return ""
