"""Where the model is to be saved."""

from __future__ import annotations

import os
from pathlib import Path

from tuitrain.runs.files import typed_path
from tuitrain.text import visible
from tuitrain.translation import gettext as _
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.confirm import Confirm
from tuitrain.ui.widgets.prompt_dialog import PromptDialog


class SaveDialog(PromptDialog[Path]):
    """Asks for a path, and again before it overwrites; dismisses with the path."""

    def __init__(self, theme: Theme, default: str) -> None:
        super().__init__(theme, _("Save the model as (enter saves, esc leaves)"), default, typed_path, hints=[_where()])

    def accept(self, found: Path) -> None:
        """Take the path; where there is something already, ask first."""
        if not os.path.lexists(found):
            self.dismiss(found)
            return

        def answered(answer: bool | None) -> None:
            if answer:
                self.dismiss(found)

        about = _("{name} exists already.").format(name=visible(found.name, 40))
        self.app.push_screen(
            Confirm(self._theme, _("Overwrite?"), about, yes=_("overwrite"), no=_("keep it")), answered
        )


def _where() -> str:
    """Where a name without a directory leads to."""
    try:
        return _("in {directory}").format(directory=Path.cwd())
    except OSError:
        return _("the directory that this was started in is gone: give a whole path")
