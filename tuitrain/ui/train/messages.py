"""The messages of the Train screen, and among them every edit by the number of its mark."""

from __future__ import annotations

from tuitrain.options.hyperparameters import FIELDS
from tuitrain.session.snapshot import Snapshot
from tuitrain.translation import gettext as _
from tuitrain.ui.widgets.messages_page import MessagesPage


class TrainMessages(MessagesPage):
    """Messages so far; the plot has room for the last edits alone, here all are listed."""

    _listed = 0  # edits of the training that is shown

    def list_edits(self, snapshot: Snapshot) -> None:
        """List the edits that are new."""
        if len(snapshot.edits) < self._listed:
            self._listed = 0  # a training was begun again
        for number, edit in enumerate(snapshot.edits[self._listed :], self._listed + 1):
            spec = FIELDS[edit.name]
            told = _("edit {number}: {label} {old} → {new}")
            values = {"old": spec.format(edit.old), "new": spec.format(edit.new)}
            self.add(told.format(number=number, label=_(spec.label), **values), snapshot.epoch)
        self._listed = len(snapshot.edits)
