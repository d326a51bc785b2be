"""What leads from the Runs screen elsewhere: a run is opened, resumed, forked, exported."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

from tuitrain.errors import RunError, TuitrainError
from tuitrain.runs.epochs_csv import write_epochs
from tuitrain.runs.files import expanded, write_whole
from tuitrain.runs.kept_epochs import kept_epochs
from tuitrain.runs.run import BEST
from tuitrain.runs.table import RunRow
from tuitrain.session.commands import Command, ContinueRun, Fork, Start
from tuitrain.text import counted, visible
from tuitrain.translation import gettext as _
from tuitrain.ui.widgets.page_screen import PageScreen
from tuitrain.ui.widgets.prompt_dialog import PromptDialog
from tuitrain.ui.widgets.save_dialog import SaveDialog

EXPORTS = (".py", ".csv")


class Opening(PageScreen, inherit_bindings=False):
    """A screen with a selected run."""

    @property
    def row(self) -> RunRow | None:
        """The selected run."""
        raise NotImplementedError  # pragma: no cover

    def epoch_of(self, row: RunRow) -> int:
        """The epoch of a run that is read."""
        raise NotImplementedError  # pragma: no cover

    def _training(self, instead: str) -> RunRow | None:
        """The selected run if it is a training; else say what to do instead."""
        row = self.row
        if row is not None and row.values["kind"] == "search":
            self.say(instead.format(name=visible(row.name, 60)))
            return None
        return row

    def action_open_run(self) -> None:
        """Open the selected run on the Train screen."""
        if (row := self._training(_("to continue a search: tuitrain launch --resume {name}"))) is not None:
            self._send(ContinueRun(row.path))

    def action_resume(self) -> None:
        """Open the selected run, and train on."""
        if (row := self._training(_("to continue a search: tuitrain launch --resume {name}"))) is not None:
            self._send(ContinueRun(row.path), Start())

    def action_fork(self) -> None:
        """Ask for an epoch, and fork the selected run there."""
        row = self._training(_("a search has no epochs to fork it at"))
        if row is None:
            return
        most = int(row.values["epochs"])
        if not most:
            self.say(_("it has no whole epoch yet"))
            return

        def read(text: str) -> int:
            if not (text.strip().isascii() and text.strip().isdecimal() and 0 < int(text) <= most):
                raise RunError(_("an epoch from 1 to {most}").format(most=most))
            return int(text)

        def answered(epoch: int | None) -> None:
            if epoch is not None:
                self._send(Fork(epoch, row.path))

        kept = ", ".join(map(str, dict.fromkeys([*kept_epochs(row.path), most])))
        hints = [_("1 to {most}; the run stays as it is").format(most=most),
                 _("at once: {kept}; others are trained again").format(kept=kept)]  # fmt: skip
        title = _("Fork {name} at epoch (enter forks)").format(name=visible(row.name, 30))
        self.open(PromptDialog(self.look, title, str(self.epoch_of(row)), read, hints=hints), answered)

    def _send(self, *commands: Command) -> None:
        numbers = [self.session.send(command) for command in commands]
        self.run_worker(self._opened(numbers[0]), exit_on_error=False)

    async def _opened(self, number: int) -> None:
        await asyncio.to_thread(self.session.wait_for_answer, number)
        refused = self.session.journal[number - 1].refused
        if refused:
            self.say(refused)
        else:
            self.host.show("train")

    def action_export(self) -> None:
        """Ask for a file, and write the model, or the epochs, of the selected run there."""
        row = self._training(_("to export a search: tuitrain export {name} --to csv"))
        if row is None:
            return

        def read(text: str) -> Path:
            path = expanded(text.strip())
            if path.suffix not in EXPORTS:
                raise RunError(_("a name that ends with .py (the model) or .csv (its epochs)"))
            return path

        def answered(path: Path | None) -> None:
            if path is not None:
                self.run_worker(self._exported(row.path, path), exit_on_error=False)

        title = _("Export to a .py (model) or .csv (epochs)")
        self.open(SaveDialog(self.look, f"{row.name}.py", title=title, read=read), answered)

    async def _exported(self, run: Path, path: Path) -> None:
        try:
            self.say(await asyncio.to_thread(_export, run, path))
        except (OSError, TuitrainError) as error:
            self.say(str(error))


def _export(run: Path, path: Path) -> str:
    """Write a run as the file's name asks for; return what to say of it."""
    if path.suffix == ".csv":
        text = io.StringIO(newline="")
        count = write_epochs(run, text)
        write_whole(path, text.getvalue().encode())
        return _("{epochs} written to {place}").format(epochs=counted(count, "epoch"), place=visible(path))
    from tuitrain.runs.model import load_model  # noqa: PLC0415 - not needed for the screen
    from tuitrain.runs.python_file import python_file  # noqa: PLC0415

    write_whole(path, python_file(load_model(run / BEST)).encode())
    return _("written to {place}; try it: python {name} --check").format(place=visible(path), name=visible(path.name))
