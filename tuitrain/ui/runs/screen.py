"""The Runs screen: a live table of what was trained, marked runs compared, and any of them continued."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.strip import Strip

from tuitrain.errors import RunError, TuitrainError
from tuitrain.numbers import memory
from tuitrain.runs.files import reason
from tuitrain.runs.finished import note_text
from tuitrain.runs.run import OpenRun, directory_size
from tuitrain.runs.table import NAMES, RunRow
from tuitrain.runs.where import RowCondition
from tuitrain.text import counted, visible
from tuitrain.translation import N_
from tuitrain.translation import gettext as _
from tuitrain.ui.keys import bindings
from tuitrain.ui.runs.drawing import AXES, differences_text, draw_curves, draw_differences, draw_table, status_text
from tuitrain.ui.runs.found import SORTS, FoundRuns, find_runs
from tuitrain.ui.runs.keys import COLUMNS, RUNS_ACTIONS
from tuitrain.ui.runs.opening import Opening
from tuitrain.ui.theme import Role
from tuitrain.ui.widgets.prompt_dialog import PromptDialog
from tuitrain.ui.widgets.room_row import RoomRow

LOOK_SECONDS = 1.0  # between two looks at the disk
MOST_MARKED = 8
PARTS = ("score", "loss", "differences")
SMOOTHING = (0.0, 0.6, 0.9, 0.97)


class RunsScreen(Opening, inherit_bindings=False):
    """What was trained: found, compared, continued."""

    NAME = "runs"
    TITLE_TEXT = N_("Runs")
    ACTIONS = RUNS_ACTIONS
    COLUMNS = COLUMNS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(RUNS_ACTIONS)]
    PARTS = ("table", "compared")
    UNSEEN = ("quit",)
    TOO_SMALL = N_("make it larger; q quits")

    def __init__(self) -> None:
        super().__init__(None)  # type: ignore[arg-type]  # the room takes it from the application
        self.found = FoundRuns()
        self.at, self.cursor, self.axis, self.is_log, self.smoothing = 0, 0, 0, False, SMOOTHING[0]
        self.by, self.where, self.part = SORTS[0], "", PARTS[0]
        self.marks: dict[Path, int] = {}  # path to the place of its sign, kept until it is unmarked
        self._is_looking = self._looks_twice = self._has_looked = False

    @property
    def folder(self) -> Path:
        """The directory of the runs."""
        host: Any = self.host
        return Path(host.runs_folder)

    # Reading

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(LOOK_SECONDS, self.look_again)

    def on_screen_resume(self) -> None:
        self.look_again()

    def look_again(self) -> None:
        """Read what is on the disk, beside the screen, while it is shown."""
        if self._is_looking:
            self._looks_twice = True
        elif self.is_current:
            self._is_looking = True
            self.run_worker(self._look(), exit_on_error=False)

    async def _look(self) -> None:
        try:
            self.found = await asyncio.to_thread(
                find_runs, self.folder, self.by, self.where, list(self.marks), self.found.curves
            )
        finally:
            self._is_looking = False
        self._has_looked = True
        there = {row.path for row in self.found.rows}
        self.marks = {path: place for path, place in self.marks.items() if path in there or path in self.found.curves}
        self.at = max(0, min(self.at, len(self.found.rows) - 1))
        self.refresh_page()
        if self._looks_twice:
            self._looks_twice = False
            self.look_again()

    @property
    def row(self) -> RunRow | None:
        """The selected run."""
        return self.found.rows[self.at] if self.found.rows else None

    @property
    def marked(self) -> list[RunRow]:
        """The marked runs, in the order of their signs."""
        rows = {row.path: row for row in self.found.rows}
        return [rows[path] for path, _place in sorted(self.marks.items(), key=lambda item: item[1]) if path in rows]

    # Drawing

    def boxes(self, area: Region) -> dict[str, Region]:
        table = min(max(4 + len(self.found.rows), 6), area.height // 2) if self.marks else area.height
        places = {"table": Region(area.x, area.y, area.width, table)}
        rest = area.height - table + 1
        if self.marks:
            places["compared"] = Region(area.x, area.y + table - 1, area.width, rest)
        return places

    def missing(self) -> tuple[str, Role] | None:
        if not self._has_looked:
            return _("looking for runs"), "dim"
        if not self.found.rows:
            text = _("no run fulfils the filter") if self.where else _("no runs in {folder}: train one on screen 1")
            return text.format(folder=visible(self.folder, 40)), "dim"
        return None

    def draw_part(self, name: str, width: int, height: int) -> Sequence[Strip]:
        theme = self.look
        if name == "table":
            return draw_table(width, height, self.found.rows, self.at, self.marks, theme=theme)
        if self.part == "differences":
            return draw_differences(width, height, [(row, self.marks[row.path]) for row in self.marked], theme=theme)
        runs = [(row, self.marks[row.path], self.found.curves[row.path]) for row in self.marked
                if row.path in self.found.curves]  # fmt: skip
        return draw_curves(
            width, height, runs, self._column, self._epoch, axis=self.axis, is_log=self.is_log,
            smoothing=self.smoothing, theme=theme,
        )  # fmt: skip

    @property
    def _column(self) -> str:
        """The column that is drawn."""
        marked = self.marked
        metric = str(marked[0].values["metric"]) if marked else "loss"
        return f"validation_{metric if self.part == 'score' else 'loss'}"

    def epoch_of(self, row: RunRow) -> int:
        """The epoch of a run that the cursor reads, if it is marked; else its last."""
        return min(self._epoch, row.values["epochs"]) if row.path in self.marks else int(row.values["epochs"])

    @property
    def _epoch(self) -> int:
        """The epoch that is read: the cursor's, at most the longest marked run's; 0 where there is none."""
        most = max((found.length for found in self.found.curves.values()), default=0)
        return most if self.cursor <= 0 else min(self.cursor, most)

    def refresh_page(self) -> None:
        super().refresh_page()
        if self.is_mounted:
            about = _("{folder} · {runs} · sorted by {by}").format(
                folder=visible(self.folder, 30), runs=counted(len(self.found.rows), "run"),
                by=self.by.lstrip("-").replace("_", " "),
            )  # fmt: skip
            running = sum(row.values["status"] == "running" for row in self.found.rows)
            state = _("{count} running").format(count=running) if running else ""
            self.header.put_row((about, visible(self.folder, 30)), (state, self.look["plain"]))

    def make_header(self) -> RoomRow:
        return RoomRow(self.look, "runs", id="header")

    def describe(self) -> tuple[str, str]:
        return "", ""

    def titles(self) -> dict[str, tuple[str, str]]:
        names = {"score": self._column if self.part == "score" else _("score"), "loss": _("loss"),
                 "differences": _("differences")}  # fmt: skip
        bar = f" {self.look.signs.bar} "
        tabs = bar.join(("▸" if part == self.part else "") + names[part].replace("_", " ") for part in PARTS)
        note = _("by {axis}").format(axis=_(AXES[self.axis])) + (f", {_('log')}" if self.is_log else "")
        note += _(", smoothed {share}").format(share=f"{self.smoothing:g}") if self.smoothing else ""
        return {"table": (_("Runs"), self.where), "compared": (tabs, note if self.part != "differences" else "")}

    def explain(self) -> tuple[str, str, tuple[str, ...]]:
        row = self.row
        assert row is not None
        best = row.values["best_epoch"]
        told = _("{epochs}, best at {best}").format(epochs=counted(row.values["epochs"], "epoch"), best=best)
        note = (visible(row.values["note"], 200),) if row.values.get("note") else ()
        differs = differences_text(row)
        return row.name, told + (_("; differs by {what}").format(what=differs) if differs else ""), note

    def tell(self) -> str:
        row = self.row
        if self.found.problems:
            return self.found.problems[0]
        if row is None:
            return ""
        ends = {
            "interrupted": _("its process is gone: r resumes it, nothing is lost"),
            "paused": _("enter opens it on the Train screen, r resumes it"),
            "done": _("enter opens it; with more epochs it goes on"),
            "running": _("another process trains it, or the Train screen"),
        }  # fmt: skip
        return f"{status_text(row, self.look)} · {ends.get(str(row.values['status']), '')}".rstrip(" ·")

    # What the keys do

    def action_help(self) -> None:
        """All keys: nothing that is selected here has a page of its own."""
        self.action_keys()

    def _moved(self, at: int) -> None:
        self.at = max(0, min(at, len(self.found.rows) - 1))
        self.refresh_page()

    def action_up(self) -> None:
        self._moved(self.at - 1)

    def action_down(self) -> None:
        self._moved(self.at + 1)

    def action_first(self) -> None:
        self._moved(0)

    def action_last(self) -> None:
        self._moved(len(self.found.rows) - 1)

    def action_mark(self) -> None:
        """Mark the selected run with the next free sign, or take its mark."""
        row = self.row
        if row is None:
            return
        if row.values["kind"] == "search":
            self.say(_("a search has no curve of its own"))
            return
        if row.path in self.marks:
            del self.marks[row.path]
        elif len(self.marks) >= MOST_MARKED:
            self.say(_("at most {most} runs are marked").format(most=MOST_MARKED))
            return
        else:
            self.marks[row.path] = next(n for n in range(MOST_MARKED) if n not in self.marks.values())
        self.place_children(self.size)
        self.look_again()

    def action_back(self) -> None:
        self._read_at(self._epoch - 1)

    def action_on(self) -> None:
        self._read_at(self._epoch + 1)

    def _read_at(self, epoch: int) -> None:
        self.cursor = max(1, epoch)
        self.refresh_page()

    def action_sort(self) -> None:
        self.by = SORTS[(SORTS.index(self.by) + 1) % len(SORTS)]
        self.look_again()

    def action_cycle_axis(self) -> None:
        self.axis = (self.axis + 1) % len(AXES)
        self.refresh_page()

    def action_toggle_log(self) -> None:
        self.is_log = not self.is_log
        self.refresh_page()

    def action_cycle_smoothing(self) -> None:
        self.smoothing = SMOOTHING[(SMOOTHING.index(self.smoothing) + 1) % len(SMOOTHING)]
        self.refresh_page()

    def action_next_part(self) -> None:
        self.part = PARTS[(PARTS.index(self.part) + 1) % len(PARTS)]
        self.refresh_page()

    def action_previous_part(self) -> None:
        self.part = PARTS[(PARTS.index(self.part) - 1) % len(PARTS)]
        self.refresh_page()

    def action_find(self) -> None:
        """Ask for a condition."""

        def read(text: str) -> str:
            return RowCondition(text, NAMES).text if text.strip() else ""

        def answered(text: str | None) -> None:
            if text is not None:
                self.where, self.at = text, 0
                self.look_again()

        title = _("Show runs with (enter applies, empty shows all)")
        hints = ["validation_accuracy > .9 and optimizer == 'adam'", _("every hyperparameter and column of the table")]
        self.open(PromptDialog(self.look, title, self.where, read, hints=hints, replaces=False), answered)

    def action_note(self) -> None:
        """Ask for a note, and keep it with the selected run."""
        row = self.row
        if row is None or row.values["kind"] == "search":
            return

        def answered(text: str | None) -> None:
            if text is not None:
                self._write(row.path, text)

        title = _("Note on {name} (enter keeps it)").format(name=visible(row.name, 30))
        read = lambda text: note_text(text) if text.strip() else ""  # noqa: E731
        self.open(PromptDialog(self.look, title, str(row.values.get("note", "")), read, replaces=False), answered)

    def _write(self, path: Path, text: str) -> None:
        try:
            opened = OpenRun.hold(path)
            try:
                opened.write_about(note=text)
            finally:
                opened.release()
        except OSError as error:
            self.say(_("{path}: cannot be written: {why}").format(path=visible(path), why=reason(error)))
        except TuitrainError as error:
            self.say(str(error))
        self.look_again()

    def action_delete(self) -> None:
        """Delete the selected training, after asking."""
        row = self.row
        if row is None:
            return
        if row.values["kind"] == "search" or row.values["status"] == "running":
            self.say(_("a search, and what is being trained, is not deleted here"))
            return
        size = memory(directory_size(row.path))
        about = _("Its directory ({size}) goes with its model and its checkpoint. This cannot be taken back.").format(
            size=size
        )
        question = _("Delete {name}?").format(name=visible(row.name, 40))
        self.ask(question, about, yes=_("delete it"), no=_("keep it"), then=lambda: self._delete(row.path))

    def _delete(self, path: Path) -> None:
        try:
            OpenRun.hold(path).remove()
        except RunError as error:
            self.say(str(error))
        self.marks.pop(path, None)
        self.look_again()

    def action_quit(self) -> None:
        self.host.leave() if not self.session.snapshot.is_running else self.leave_or_ask()

    def place_children(self, size: Size) -> None:
        super().place_children(size)
        shown: Mapping[str, Region] = self.arrangement.regions(size)
        for name, pane in self.panes.items():
            pane.display = name in shown
