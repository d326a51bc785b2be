"""Where a model, or something else, is to be written."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from tuitrain.runs.files import typed_path
from tuitrain.text import visible
from tuitrain.translation import gettext as _
from tuitrain.ui.theme import Theme
from tuitrain.ui.widgets.confirm import Confirm
from tuitrain.ui.widgets.prompt_dialog import PromptDialog


class SaveDialog(PromptDialog[Path]):
    """Asks for a path, and again before it overwrites; dismisses with the path.

    `title` is what the dialog says, "" for that of a model; `read` makes a path of what is typed, and `files` names all
    files that are written for it.
    """

    def __init__(
        self, theme: Theme, default: str, *, title: str = "", read: Callable[[str], Path] = typed_path,
        files: Callable[[Path], Sequence[Path]] = lambda path: (path,),
    ) -> None:  # fmt: skip
        title = title or _("Save the model as (enter saves, esc leaves)")
        super().__init__(theme, title, default, read, hints=[_where()])
        self._files = files

    def accept(self, found: Path) -> None:
        """Take the path; where there is something already, ask first."""
        taken = [path for path in self._files(found) if os.path.lexists(path)]
        if not taken:
            self.dismiss(found)
            return

        def answered(answer: bool | None) -> None:
            if answer:
                self.dismiss(found)

        about = _("{name} exists already.").format(name=", ".join(visible(path.name, 40) for path in taken))
        self.app.push_screen(
            Confirm(self._theme, _("Overwrite?"), about, yes=_("overwrite"), no=_("keep it")), answered
        )


def _where() -> str:
    """Where a name without a directory leads to."""
    try:
        return _("in {directory}").format(directory=Path.cwd())
    except OSError:
        return _("the directory that this was started in is gone: give a whole path")
