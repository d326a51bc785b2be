"""Entries in groups, with a cursor on one of them, which is typed into in place; without a screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tuitrain.ui.widgets.form.line_edit import LineEdit


class EntryModel:
    """What a list of entries shows and does; what an entry is, and what its values mean, is said by its kinds.

    Entries that are not worth a line fold under the heading of their group: those without effect, and where there is
    little room (not `is_wide`) also those that are rarely changed. What was edited, and what is selected, never folds.
    The cursor is on an entry, or on the heading of a group that can fold.
    """

    def __init__(self) -> None:
        self.editor: LineEdit | None = None
        self.error = ""
        self.is_wide = False
        self.opened: set[str] = set()  # groups whose folded entries are shown
        self.finding: LineEdit | None = None  # what is typed to find an entry by its label
        self._selected: str | None = None  # None: the first entry
        self._on_heading = False  # of the group of `_selected`
        self._found_from = ""
        self._edits: list[dict[str, Any]] = []  # the values before each edit, of all entries that it changed

    # --- what an entry is

    @property
    def names(self) -> Sequence[str]:
        """All entries, from top to bottom, those of a group together."""
        raise NotImplementedError  # pragma: no cover

    def group_of(self, name: str) -> str:
        """The title of an entry's group."""
        raise NotImplementedError  # pragma: no cover

    def label(self, name: str) -> str:
        """An entry's label."""
        raise NotImplementedError  # pragma: no cover

    def matters(self, name: str) -> bool:
        """Whether an entry has an effect with the others as they are."""
        raise NotImplementedError  # pragma: no cover

    def is_rare(self, name: str) -> bool:
        """Whether an entry is rarely changed."""
        raise NotImplementedError  # pragma: no cover

    def is_edited(self, name: str) -> bool:
        """Whether an entry holds something else than it usually does."""
        raise NotImplementedError  # pragma: no cover

    def text(self) -> str:
        """The selected entry's value as it is typed."""
        raise NotImplementedError  # pragma: no cover

    def parse(self, text: str) -> Any:
        """The value that `text` is for the selected entry. Raises ValueError, with what is allowed, if it is none."""
        raise NotImplementedError  # pragma: no cover

    def current(self, name: str) -> Any:
        """An entry's value now."""
        raise NotImplementedError  # pragma: no cover

    def put(self, name: str, value: Any) -> None:
        """Give an entry another value."""
        raise NotImplementedError  # pragma: no cover

    def nudged(self, name: str, direction: int) -> Any:
        """An entry's next value up (1) or down (-1)."""
        raise NotImplementedError  # pragma: no cover

    # --- folding

    @property
    def groups(self) -> tuple[str, ...]:
        """The titles of the groups, from top to bottom."""
        return tuple(dict.fromkeys(map(self.group_of, self.names)))

    def foldable(self, group: str) -> tuple[str, ...]:
        """The entries of a group that are not worth a line."""
        return tuple(name for name in self.names if self.group_of(name) == group and self._is_foldable(name))

    def _is_foldable(self, name: str) -> bool:
        if self.is_edited(name):
            return False
        return not self.matters(name) or (self.is_rare(name) and not self.is_wide)

    def shown(self, group: str) -> tuple[str, ...]:
        """The entries of a group that have a line."""
        own = (name for name in self.names if self.group_of(name) == group)
        if group in self.opened:
            return tuple(own)
        return tuple(name for name in own if name == self.name or not self._is_foldable(name))

    def toggle_fold(self) -> None:
        """Open the group of the cursor, or fold it."""
        self.toggle_fold_of(self.group)

    def toggle_fold_of(self, group: str) -> None:
        """Open a group, or fold it; a cursor in what folds goes to its heading."""
        if group in self.opened:
            self.opened.discard(group)
            self._on_heading |= group == self.group and self._is_foldable(self.place)
        elif self.foldable(group):
            self.opened.add(group)

    # --- the cursor

    @property
    def place(self) -> str:
        """The entry that the cursor is on, or whose group's heading it is on."""
        if self._selected is None or self._selected not in self.names:
            self._selected = self.names[0]
        return self._selected

    @property
    def name(self) -> str:
        """The selected entry; "" where the cursor is on a heading."""
        return "" if self._on_heading else self.place

    @property
    def group(self) -> str:
        """The group that the cursor is in."""
        return self.group_of(self.place)

    def go_to(self, name: str) -> None:
        """Select an entry."""
        self._selected, self._on_heading = name, False

    def reveal(self, name: str) -> None:
        """Select an entry; if it is folded, open its group, so that moving on does not hide it again."""
        self.go_to(name)
        if self._is_foldable(name):
            self.opened.add(self.group)

    def move(self, steps: int) -> None:
        """Move the cursor over what has a line: entries, and headings of groups that can fold."""
        rows = self._rows()
        at = rows.index((self.group if self._on_heading else self.place, self._on_heading))
        place, is_heading = rows[max(0, min(len(rows) - 1, at + steps))]
        if is_heading:
            place = next(name for name in self.names if self.group_of(name) == place)
        self._selected, self._on_heading = place, is_heading

    def _rows(self) -> list[tuple[str, bool]]:
        """(entry or group, whether it is a heading) for each line that the cursor can be on."""
        rows: list[tuple[str, bool]] = []
        for group in self.groups:
            is_here = self._on_heading and group == self.group
            rows += [(group, True)] * (is_here or bool(self.foldable(group)))
            rows += [(name, False) for name in self.shown(group)]
        return rows

    def go_to_end(self, direction: int) -> None:
        """Select the last entry that has a line (1), or the first (-1)."""
        entries = [row for row, is_heading in self._rows() if not is_heading]
        self.go_to(entries[-1 if direction > 0 else 0])

    # --- finding an entry

    def begin_finding(self) -> None:
        """Start typing a part of an entry's label."""
        self.leave()
        self.finding, self._found_from = LineEdit(""), self.place

    def leave_finding(self, *, stay: bool) -> None:
        """Stop; stay at what was found, or go back to where one was."""
        self.finding = None
        if not stay:
            self.go_to(self._found_from)
        elif self._is_foldable(self.place):
            self.opened.add(self.group)  # moving on does not hide it again

    @property
    def matches(self) -> tuple[str, ...]:
        """The entries whose label holds what is typed, those that begin with it first."""
        typed = self.finding.text.strip().lower() if self.finding is not None else ""
        found = [name for name in self.names if typed in self.label(name).lower()]
        return tuple(sorted(found, key=lambda name: not self.label(name).lower().startswith(typed)))

    def _press_finding(self, finding: LineEdit, key: str, character: str | None) -> bool:
        matches = self.matches
        if key in {"up", "down"} and matches:
            at = matches.index(self.place) if self.place in matches else -1
            self.go_to(matches[(at + (1 if key == "down" else -1)) % len(matches)])
            return True
        if not finding.press(key, character):
            return False
        self._go_to_found(finding)
        return True

    def _go_to_found(self, finding: LineEdit) -> None:
        found = self.matches[:1] if finding.text.strip() else ()
        self.go_to(found[0] if found else self._found_from)

    # --- values

    def begin(self) -> None:
        """Start typing into the selected entry; on a heading, open the group or fold it."""
        if not self.name:
            self.toggle_fold()
            return
        self.editor = LineEdit(self.text())
        self.error = ""

    def leave(self) -> None:
        """Leave the typing without a change."""
        self.editor = None
        self.error = ""

    def accept(self) -> bool:
        """Take what was typed; False, with `error` set, if it is not allowed."""
        if self.editor is None:
            return True
        try:
            value = self.parse(self.editor.text)
        except ValueError as error:
            self.error = str(error)
            return False
        self.leave()
        self.set(self.name, value)
        return True

    def press(self, key: str, character: str | None) -> bool:
        """A key while typing; False if it means nothing here."""
        if self.finding is not None:
            return self._press_finding(self.finding, key, character)
        if self.editor is None or not self.editor.press(key, character):
            return False
        self.error = ""
        return True

    def insert(self, text: str) -> None:
        """Put `text` where something is typed: into the value, or into what is to be found."""
        if self.finding is not None:
            self.finding.insert(text)
            self._go_to_found(self.finding)
        elif self.editor is not None:
            self.editor.insert(text)
            self.error = ""

    def set(self, name: str, value: Any) -> None:
        """Give an entry a value; one that is there already changes nothing."""
        old = self.current(name)
        if value != old or type(value) is not type(old):
            self._edits.append({name: old})
            self.put(name, value)

    def nudge(self, direction: int) -> None:
        """The selected entry's next value up (1) or down (-1)."""
        if self.name:
            self.set(self.name, self.nudged(self.name, direction))

    @property
    def n_edits(self) -> int:
        """How many edits can be taken back."""
        return len(self._edits)

    def undo(self) -> bool:
        """Take back the last edit and go to its entry; False if there is none."""
        if not self._edits:
            return False
        for name, value in self._edits.pop().items():
            self.go_to(name)
            self.put(name, value)
        return True

    def note_changes(self, before: Mapping[str, Any]) -> None:
        """Take what was changed elsewhere since the entries had these values as one edit, to be taken back at once."""
        changed = {name: old for name, old in before.items() if self.current(name) != old}
        if changed:
            self._edits.append(changed)
