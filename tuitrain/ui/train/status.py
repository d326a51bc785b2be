"""The rows around the panes: room, explanation and status."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from tuitrain.data.facts import DatasetFacts
from tuitrain.numbers import duration, memory, rate
from tuitrain.options.presets import PRESET
from tuitrain.session.snapshot import Snapshot
from tuitrain.text import counted, visible
from tuitrain.translation import gettext as _
from tuitrain.ui.theme import Role, Theme
from tuitrain.ui.train.form_model import FormModel
from tuitrain.ui.widgets.explain_row import ExplainRow
from tuitrain.ui.widgets.footer import START_WORDS
from tuitrain.ui.widgets.room_row import RoomRow
from tuitrain.ui.widgets.status_row import Part, StatusRow

STATE_ROLES: dict[str, Role] = {
    "running": "good", "done": "good", "paused": "warning", "diverged": "bad", "failed": "bad",
}  # fmt: skip
ENDED = ("done", "diverged", "failed")
ALL_SHOWN = 110  # columns from which explanations are whole sentences


class TrainRoomRow(RoomRow):
    """The rooms, what is trained on, and how far it is: ``iris · 150×4 → 3 · 105/22/23   ● epoch 41/200``."""

    def __init__(self, theme: Theme, **rest: Any) -> None:
        super().__init__(theme, "train", **rest)
        self._about: tuple[str, ...] = ("",)

    def describe(self, dataset: DatasetFacts) -> None:
        """Take the dataset's name and sizes."""
        signs = self._theme.signs
        answers = visible(dataset.target_name, 24)
        short = str(dataset.n_classes) if dataset.class_names else answers
        whole = _("{number} classes").format(number=dataset.n_classes) if dataset.class_names else answers
        shape = f"{dataset.n_rows:,}{signs.times}{len(dataset.feature_names)} {signs.arrow}"
        parts = {_("train"): dataset.train, _("validation"): dataset.validation, _("test"): dataset.test}
        sizes = " ".join(f"{rows:,} {name}" for name, rows in parts.items())
        counts = "/".join(map(str, parts.values()))
        name, dot = visible(dataset.name, 30), f" {signs.dot} "
        forms = ((whole, sizes), (whole, counts), (short, counts))
        self._about = tuple(dot.join((name, f"{shape} {answer}", rows)) for answer, rows in forms)

    def show(self, snapshot: Snapshot) -> None:
        """Repaint if the epoch or the state changed."""
        sign = self._theme.signs.of_state(snapshot.state if snapshot.past is None else "past")
        style = self._theme["accent" if snapshot.past is not None else STATE_ROLES.get(snapshot.state, "plain")]
        self.put_row(self._about, (f"{sign} " + _("epoch {done}").format(done=epoch_text(snapshot)), style))


class TrainStatusRow(StatusRow):
    """State, step, rows a second, pace, time left, memory that a batch takes; after the end, why it ended.

    A message of the session is shown when it is new. At the right, how many notices about the data the help lists.
    """

    def __init__(
        self, theme: Theme, note: Callable[[str], None], refusal: Callable[[Snapshot], bool], **rest: Any
    ) -> None:
        super().__init__(theme, note, **rest)
        self._refusal = refusal
        self._notices = 0
        self._snapshot: Snapshot | None = None

    def describe(self, dataset: DatasetFacts) -> None:
        """Take the number of the dataset's notices."""
        self._notices = len(dataset.notices)

    def show(self, snapshot: Snapshot) -> None:
        """Repaint if anything in the row changed."""
        before, self._snapshot = self._snapshot, snapshot
        is_new = before is None or (before.answered, before.message) != (snapshot.answered, snapshot.message)
        if snapshot.message and is_new:
            is_error = snapshot.state in {"diverged", "failed"} or self._refusal(snapshot)
            self.say(snapshot.message, is_error=is_error)
        else:
            self.redraw()

    def state(self) -> tuple[str, str, Role] | None:
        if self._snapshot is None:
            return None
        state = self._snapshot.state
        return self._theme.signs.of_state(state), _(state), STATE_ROLES.get(state, "plain")

    def waiting(self) -> str:
        return f"{counted(self._notices, 'notice')}: ?" if self._notices else ""

    def parts(self, *, is_wide: bool) -> Sequence[Part]:
        snapshot = self._snapshot
        assert snapshot is not None
        has_ended = snapshot.state in ENDED
        parts: list[Part] = []
        if has_ended and snapshot.ending and snapshot.state == "done":
            parts.append(("", visible(snapshot.ending, 200), ""))
        limit = snapshot.hyperparameters.epochs * snapshot.steps_per_epoch
        of = (_(" of {limit}") if is_wide else "/{limit}") if snapshot.step <= limit else ""
        of = of.format(limit=f"{limit:,}")
        parts.append((_("step "), f"{snapshot.step:,}{of}", ""))
        if not math.isnan(snapshot.samples_per_second):
            parts.append(("", rate(_rough(snapshot.samples_per_second)), _(" rows/s")))
        if snapshot.pace:
            parts.append((_("pace "), f"{snapshot.pace:g}", _(" epochs/s") if is_wide else "/s"))
        if snapshot.seconds_left is not None and snapshot.is_running:
            parts.append(("", duration(snapshot.seconds_left), _(" left")))
        elif snapshot.seconds:
            parts.append(("", duration(snapshot.seconds), _(" trained")))
        parts.append(("", memory(int(_rough(snapshot.batch_memory))), _(" a batch")))
        now, chosen = snapshot.learning_rate, snapshot.hyperparameters.learning_rate
        if not math.isnan(now) and f"{now:.3g}" != f"{chosen:.3g}":
            parts.append((_("rate now "), f"{now:.3g}", ""))
        return parts


def explain_field(row: ExplainRow, model: FormModel) -> None:
    """Explain the field that the form's cursor is on, or what is folded under the heading that it is on."""
    if not model.name:
        row.explain_heading(model)
        return
    field, needs = model.field, model.needs(model.name)
    is_wide = row.size.width >= ALL_SHOWN
    live = _("changes live, from the next batch on") if is_wide else _("live")
    effect = live if field.live else _("from the reset on") if is_wide else _("from reset")
    if field is PRESET:
        effect = _("what can change live does") if is_wide else _("live, from reset")
    name = f"{_(field.label)} {field.format(model.current(model.name))}"
    if needs:
        told = _("no effect: needs {needs}").format(needs=needs)
        row.explain(name, told, (_(field.meaning),) if is_wide else (), role="warning")
    else:
        row.explain(name, _(field.meaning), (effect, field.allowed if is_wide else field.allowed_briefly))


def words_now(snapshot: Snapshot) -> dict[str, str]:
    """What the keys in the footer do now; "" where that is nothing."""
    is_back = {} if snapshot.past is not None else {"present": "", "fork": ""}
    if snapshot.state in ENDED:
        return {"start_pause": "", "step": "", "epoch": "", **is_back}
    return {"start_pause": START_WORDS[snapshot.state], **is_back}


def ranks_now(snapshot: Snapshot) -> dict[str, int]:
    """The keys that are wanted more than usual: those of looking back; of what has ended, saving and starting over."""
    if snapshot.past is not None:
        return {"before": 98, "present": 97, "fork": 96}
    if snapshot.state == "done" and snapshot.saved_step != snapshot.step:
        return {"save": 95, "reset": 94, "find": 30}
    return {}


def epoch_text(snapshot: Snapshot) -> str:
    """``41/200``; ``60, limit 20`` where the limit was lowered below what is done."""
    limit, epoch = snapshot.hyperparameters.epochs, snapshot.epoch if snapshot.past is None else snapshot.past.epoch
    if epoch <= limit:
        return f"{epoch}/{limit}"
    return _("{epoch}, limit {limit}").format(epoch=epoch, limit=limit)


def _rough(value: float) -> float:
    """`value` in two digits: it changes with each look, and more would say nothing."""
    return float(f"{value:.2g}")
