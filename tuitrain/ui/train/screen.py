"""The Train screen: the form beside the live panes, and what the keys do."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Size

from tuitrain.options.field import Value
from tuitrain.session.commands import Command, End, Pause, Reset, SaveModel, SetPace, SetParameter, Start, Step
from tuitrain.session.datasets import DATASETS
from tuitrain.session.snapshot import Snapshot
from tuitrain.translation import gettext as _
from tuitrain.ui.keys import bindings
from tuitrain.ui.plots.axes import load_plotext
from tuitrain.ui.terminal.governor import LONGEST, Governor
from tuitrain.ui.train.description import Description
from tuitrain.ui.train.findings import FindingsPage
from tuitrain.ui.train.form import Form
from tuitrain.ui.train.keys import COLUMNS, TRAIN_ACTIONS
from tuitrain.ui.train.layout import Shown, TrainLayout
from tuitrain.ui.train.looking_back import LookingBack
from tuitrain.ui.train.member import standing
from tuitrain.ui.train.messages import TrainMessages
from tuitrain.ui.train.pace import PaceHint, faster, pace_text, slower
from tuitrain.ui.train.panes import BoundaryPane, GradientsPane, LossPane, MetricPane, ParametersPane, TrainPane
from tuitrain.ui.train.remedies import Remedies
from tuitrain.ui.train.status import ENDED, TrainRoomRow, TrainStatusRow, explain_field, ranks_now, words_now
from tuitrain.ui.train.verdict import Verdict
from tuitrain.ui.widgets.explain_row import ExplainRow
from tuitrain.ui.widgets.footer import Footer
from tuitrain.ui.widgets.help_page import HelpPage
from tuitrain.ui.widgets.pane_screen import DIALOG_SECONDS, unsaved
from tuitrain.ui.widgets.text_lines import Lines

if TYPE_CHECKING:
    from tuitrain.data.dataset import Dataset
    from tuitrain.data.facts import DatasetFacts
    from tuitrain.ui.train.endings import Ending


PLOTEXT_SECONDS = 1.0  # that training waits at most for the first plot's library
ANSWER_SECONDS, ANSWER_LOOKS = 0.004, 25  # how often, and how many times, an answer to a command is looked for
PAST_SECONDS = 0.25  # between two frames of epochs that are gone through
ASKED_AGAIN = 60.0  # seconds of a training, from which on cancelling it is asked about twice


def _longest_wait(snapshot: Snapshot) -> float:
    """Return the seconds between two frames at most; keys that go through the epochs come faster than frames."""
    return LONGEST if snapshot.is_running else PAST_SECONDS if snapshot.past is not None else 0.0


class TrainScreen(LookingBack, inherit_bindings=False):
    """Form, panes and status of one session; every key sends a command or changes what is looked at."""

    ACTIONS = TRAIN_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(TRAIN_ACTIONS)]
    DEFAULT_CSS = "TrainScreen { overflow: hidden hidden; }"

    def __init__(self) -> None:
        super().__init__(TrainLayout())
        self.session = self.trainer
        self._dataset: DatasetFacts | None = None
        self._pace_hint = PaceHint()
        self._detail = ""
        self._member = 0  # of an ensemble, whose gradients, weights and views are shown
        self._watched: tuple[frozenset[str], tuple[int, int] | None, int] = (frozenset(), None, 0)
        self.governor = Governor(
            self.session,
            self._watch,
            count_bytes=self.bytes_written,
            after_paint=self.call_after_refresh,
            longest=_longest_wait,
        )
        self._values_left: dict[str, Value] = {}  # of the form, when another screen was opened

    def compose(self) -> ComposeResult:
        theme = self.look
        self.header = TrainRoomRow(theme, id="header")
        self.form = Form(theme, self.send, self._describe_field, id="form")
        self.description = Description(theme, self.form.model, id="description")
        self.messages = TrainMessages(theme, id="messages")
        self.remedies = Remedies(self)
        self.verdict = Verdict(theme, self.remedies, id="verdict")
        self.findings = FindingsPage(theme, self.remedies, id="findings")
        self.explain_row = ExplainRow(theme, id="explain")
        self.status = TrainStatusRow(theme, self.note_message, self._is_refusal, id="status")
        self.footer = Footer(theme, TRAIN_ACTIONS, id="footer")
        self.help = HelpPage(theme, TRAIN_ACTIONS, COLUMNS, id="help")
        self.too_small = Lines(id="too_small")
        self.loss = LossPane(theme, id="loss")
        self.boundary = BoundaryPane(theme, self._class_names, id="boundary")
        self.metric = MetricPane(theme, self._class_names, id="metric")
        self.panes = (
            self.loss, GradientsPane(theme, id="gradients"), ParametersPane(theme, id="parameters"),
            self.metric, self.boundary,
        )  # fmt: skip
        self.arrangement.shown = self._shown()
        regions = self.arrangement.regions(self.app.size)
        self._later = [pane for pane in self.panes if pane.id not in regions]
        yield from (self.header, self.form, self.description)
        yield from (pane for pane in self.panes if pane.id in regions)
        yield from (
            self.verdict,
            self.explain_row,
            self.status,
            self.footer,
            self.help,
            self.messages,
            self.findings,
            self.too_small,
        )

    def on_mount(self) -> None:
        self.form.focus()
        for widget in (self, *self.panes):
            self.governor.add(widget)
        self.show(self.session.snapshot)
        if self.host.starts_training:
            self.send(Start())
        self.call_after_refresh(self._mount_rest)

    async def _mount_rest(self) -> None:
        """Add the panes that have no place on the screen yet, and what the first plot needs, after the first paint."""
        for pane in self._later:
            pane.display = False
        await self.mount_all(self._later, before=self.verdict)
        self._later = []
        self.place_children(self.size)
        gc.freeze()
        gc.enable()
        threading.Thread(target=self._load_plotext, daemon=True).start()
        self.remedies.begin()

    def _load_plotext(self) -> None:
        """Import it while training waits, if it runs already: beside it, 0.2 s would become two."""
        self.session.hold(PLOTEXT_SECONDS)
        load_plotext()
        self.session.release()

    def on_unmount(self) -> None:
        self.governor.stop()

    def on_screen_suspend(self) -> None:
        """Nothing is drawn behind a dialog."""
        self.governor.stop()
        self._values_left = self.form.model.values

    def on_screen_resume(self) -> None:
        self.form.show(self.session.snapshot)
        self.form.model.note_changes(self._values_left)  # a trial may have been adopted
        self._values_left = {}
        self.remedies.ask_again()
        self.session.hold(DIALOG_SECONDS)
        self.call_after_refresh(self.session.release)
        self.governor.start()

    @property
    def _has_boundary(self) -> bool:
        return self.session.snapshot.dataset.n_features in {1, 2}

    def _class_names(self) -> tuple[str, ...]:
        names: tuple[str, ...] = self.session.snapshot.dataset.class_names
        return names

    def _shown(self) -> Shown:
        """What the arrangement depends on."""
        snapshot = self.session.snapshot
        places = self.arrangement.arrangement(self.size or self.app.size)
        width = places.inside["verdict"].width if "verdict" in places.inside else 80
        return Shown(
            self._detail, self._has_boundary, len(snapshot.hyperparameters.hidden_layers) + 1,
            snapshot.dataset.n_classes, self.verdict.lines_for(snapshot, width),
        )  # fmt: skip

    def place_children(self, size: Size) -> None:
        """Show the children that have a place, in frames that share their lines, each with its tabs."""
        self.arrangement.shown = self._shown()
        super().place_children(size)
        places = self.arrangement.arrangement(size)
        frames = places.frames
        for child in (self.form, self.description, *self.panes):
            if str(child.id) in frames:
                child.take_place(frames[str(child.id)])
        for pane in self.panes:
            pane.offer(places.tabs.get(str(pane.id), ()))
        beside = places.inside.get("metric")
        verdict = self.arrangement.shown.verdict
        self.loss.leave_room(verdict, beside.width if beside else 0)
        self.metric.leave_room(0 if "loss" in places.boxes else verdict)

    def _watch(self) -> None:
        """Tell the session which costly views are looked at."""
        views = frozenset[str]().union(*(pane.views for pane in self.panes if pane.is_shown))
        wanted = (views, self.boundary.grid_shape if "boundary" in views else None, self._member)
        if wanted != self._watched:
            self._watched = wanted
            self.session.watch(*wanted[:2], member=self._member)

    def show(self, snapshot: Snapshot) -> None:
        """Pass a snapshot to everything that shows one."""
        is_new, before = snapshot.dataset != self._dataset, self._dataset
        if is_new:
            self._describe(snapshot.dataset)
        self.remedies.follow(snapshot, is_looked_at=self.findings.display)
        if self._shown() != self.arrangement.shown:
            self.place_children(self.size)
        for widget in (self.header, self.form, self.description, self.verdict, self.findings, self.status):
            widget.show(snapshot)
        self.messages.list_edits(snapshot)
        if snapshot.notes or self.messages.has_notes:
            from tuitrain.ui.widgets.note_prompt import told_notes  # noqa: PLC0415 - not for the first paint

            self.messages.list_notes(told_notes(snapshot.notes))
        if is_new and (before is None or before.fingerprint != snapshot.dataset.fingerprint):
            self._say_notices(snapshot.dataset.notices)
        self.footer.say_now(words_now(snapshot), ranks_now(snapshot))
        if hint := self._pace_hint.about(snapshot):
            self.status.say(hint[0], shorter=hint[1:], noted=hint[-1])  # the ending was said already
        if not self.status.has_message and (offer := self.loss.offer_log(snapshot)):
            self.say(offer)
        if self.host.quit_when_done and snapshot.state in ENDED:
            self.host.leave()

    def _describe(self, dataset: DatasetFacts) -> None:
        """Tell what is trained on to everything that says something about it."""
        self._dataset = dataset
        self.header.describe(dataset)
        self.status.describe(dataset)
        self.form.take(dataset)
        self._describe_field()
        self.help.about_the_data(dataset.notices)
        self.place_children(self.size)

    def _say_notices(self, notices: Sequence[str]) -> None:
        """Say what was noticed about the data, each a message of its own, but leave the line that says what to do."""
        for notice in reversed(notices):
            self.note_message(notice)
        number = len(notices)
        if number:
            head = _("{number} notices (M lists them): ").format(number=number) if number > 1 else ""
            self.status.say(head + "; ".join(notices), noted=None)

    @property
    def seen(self) -> tuple[str, str, str]:
        """What one may wonder about: the kind of the first finding, the pane that has the keys, the form's field.

        Empty for a finding that is good or a mere note, and for what has not the keys.
        """
        findings = self.session.snapshot.findings
        kind = findings[0].kind if findings and findings[0].severity in {"warning", "error"} else ""
        pane = str(self.focused.id) if isinstance(self.focused, TrainPane) else ""
        return kind, pane, "" if pane else self.form.model.field.name

    def selected_word(self) -> tuple[str, str, str]:
        return (self.metric.word, "", "") if self.focused is self.metric else super().selected_word()

    def on_descendant_focus(self) -> None:
        """Explain what has the keys now: a pane, or the form's field."""
        self._describe_field()

    def _describe_field(self) -> None:
        if isinstance(self.focused, TrainPane):
            self.explain_row.explain(self.focused.name_shown, self.focused.explained)
            return
        explain_field(self.explain_row, self.form.model)
        self.description.show_field()

    def send(self, command: Command) -> int:
        number = super().send(command)
        self._show_answer(number, ANSWER_LOOKS)
        return number

    def _show_answer(self, number: int, looks: int) -> None:
        """Show the lines and the form as soon as the session has answered; the panes follow with the next frame."""
        snapshot = self.session.snapshot
        if snapshot.answered >= number:
            self.show(snapshot)
        elif looks:
            asyncio.get_running_loop().call_later(ANSWER_SECONDS, self._show_answer, number, looks - 1)

    def after_arranging(self) -> None:
        self._watch()

    # --- what the keys do

    def action_start_pause(self) -> None:
        self.send(Pause() if self.session.snapshot.is_running else Start())

    def action_step(self) -> None:
        self.send(Step(batches=1))

    def action_epoch(self) -> None:
        self.send(Step(epochs=1))

    def action_slower(self) -> None:
        self._set_pace(slower(self.session.snapshot.pace))

    def action_faster(self) -> None:
        self._set_pace(faster(self.session.snapshot.pace))

    def _set_pace(self, pace: float) -> None:
        if pace != self.session.snapshot.pace:
            self.send(SetPace(pace))
        self.say(_("pace: {pace}; < slower, > faster").format(pace=pace_text(pace)))

    def action_reset(self) -> None:
        snapshot = self.session.snapshot
        if not snapshot.has_something_to_lose:
            self.send(Reset())
            return
        about = _("{what}; the curves stay for comparison.").format(what=unsaved(snapshot))
        self.ask(_("Start over?"), about, yes=_("start over"), no=_("go on"), then=lambda: self.send(Reset()))

    def action_findings(self) -> None:
        self.findings.show(self.session.snapshot)
        self.turn_to(self.findings)

    def close_findings(self) -> None:
        """Show the panes again where the findings cover them."""
        if isinstance(self.focused, FindingsPage):
            self.on_over_page_closed()

    def action_adopt(self, place: int) -> None:
        self.remedies.adopt(place)

    def action_save(self) -> None:
        if self.session.snapshot.step == 0:
            self.say(_("nothing is trained yet: nothing to save"))
            return
        from tuitrain.runs.files import model_name  # noqa: PLC0415 - not needed for the first paint
        from tuitrain.ui.widgets.save_dialog import SaveDialog  # noqa: PLC0415 - not needed for the first paint

        def answered(path: Path | None) -> None:
            if path is not None:
                self.send(SaveModel(path))

        self.open(SaveDialog(self.look, model_name(self.session.snapshot.dataset.name)), answered)

    def action_positive(self) -> None:
        """Ask which class is looked for, and start over with it."""
        from tuitrain.ui.train.positive import ask_positive  # noqa: PLC0415 - not needed for the first paint

        ask_positive(self, self.session.snapshot, self.send)

    def action_dataset(self) -> None:
        self.host.show("data", self._take_dataset)

    def _take_dataset(self, dataset: Dataset | None) -> None:
        if dataset is None:
            return
        source = DATASETS.keep(dataset)
        if self.session.snapshot.has_something_to_lose:
            about = _("The training so far is in no file and would be lost.")
            question = _("Train on {dataset}?").format(dataset=dataset.name)
            self.ask(question, about, yes=_("change"), no=_("stay"), then=lambda: self.send(Reset(source)))
        else:
            self.send(Reset(source))

    def say(self, text: str, *shorter: str) -> None:
        self.status.say(text, shorter=shorter)

    def key_pressed(self) -> None:
        self.status.key_pressed()

    def note_message(self, text: str) -> None:
        """Add a message to those of `M`."""
        self.messages.add(text, self.session.snapshot.epoch)

    def _is_refusal(self, snapshot: Snapshot) -> bool:
        """Whether the snapshot's message says why a command was refused."""
        journal = self.session.journal
        answered = journal[snapshot.answered - 1] if 0 < snapshot.answered <= len(journal) else None
        return answered is not None and bool(answered.refused) and answered.refused == snapshot.message

    def on_parameters_pane_edit_asked(self, event: ParametersPane.EditAsked) -> None:
        """Ask for a parameter's new value."""
        if self.session.snapshot.past is not None:
            self.say(_("what has been cannot be changed; n: the present again, f: fork from here"))
            return
        from tuitrain.ui.train.panes.weight_prompt import weight_prompt  # noqa: PLC0415 - not for the first paint

        if self.session.snapshot.state in ENDED:
            self.say(_("the training has ended: its weights are those of the best epoch, and stay"))
            return

        def answered(value: float | None) -> None:
            if value is not None:
                self.send(SetParameter(event.index, value, event.member))

        self.open(weight_prompt(self.look, event.name, event.value), answered)

    def action_messages(self) -> None:
        self.turn_to(self.messages)

    def action_quit(self) -> None:
        snapshot = self.session.snapshot
        if self._can_end and (snapshot.is_running or snapshot.saved_step != snapshot.step):
            self._ask_how_to_end(self.host.leave)
        else:
            self.leave_or_ask()

    @property
    def _can_end(self) -> bool:
        """Whether a training that is kept has begun and not ended, and there is room to ask about it."""
        snapshot = self.session.snapshot
        has_begun = snapshot.run is not None and snapshot.step > 0
        return has_begun and snapshot.state in {"running", "paused"} and not self.is_too_small

    def action_end(self) -> None:
        if self._can_end:
            self._ask_how_to_end(lambda: None)
        else:
            self.say(_("nothing to end: no training that is kept as a run is going on or paused"))

    def _ask_how_to_end(self, then: Callable[[], object]) -> None:
        """Ask for one of the four endings; after all but a pause do `then`."""
        from tuitrain.runs.run import directory_size  # noqa: PLC0415 - not needed for the first paint
        from tuitrain.ui.train.endings import EndingDialog  # noqa: PLC0415 - not needed for the first paint

        snapshot = self.session.snapshot

        def end(how: Literal["keep", "stop", "cancel"]) -> None:
            self.send(End(how))
            then()

        def answered(ending: Ending | None) -> None:
            if ending == "pause":
                self.send(Pause())
            elif ending in {"keep", "stop"}:
                end("keep" if ending == "keep" else "stop")
            elif ending == "cancel" and snapshot.seconds < ASKED_AGAIN:
                end("cancel")
            elif ending == "cancel":
                about = _("{what}, and goes with its directory.").format(what=unsaved(snapshot))
                self.ask(_("Cancel it?"), about, yes=_("cancel it"), no=_("go on"), then=lambda: end("cancel"))

        self.open(EndingDialog(self.look, snapshot, lambda: directory_size(snapshot.run)), answered)

    def action_up(self) -> None:
        self.form.move(-1)

    def action_down(self) -> None:
        self.form.move(1)

    def action_page_up(self) -> None:
        self.form.move_page(-1)

    def action_page_down(self) -> None:
        self.form.move_page(1)

    def action_first(self) -> None:
        self.form.go_to_end(-1)

    def action_last(self) -> None:
        self.form.go_to_end(1)

    def action_edit(self) -> None:
        self.form.begin()

    def action_nudge_up(self) -> None:
        self.form.nudge(1)

    def action_nudge_down(self) -> None:
        self.form.nudge(-1)

    def action_find(self) -> None:
        self.form.begin_finding()

    def action_fold(self) -> None:
        self.form.toggle_fold()

    def action_undo(self) -> None:
        if not self.remedies.undo() and not self.form.undo():
            self.say(_("nothing to undo"))

    def action_next_pane(self) -> None:
        self.focus_next()

    def action_previous_pane(self) -> None:
        self.focus_previous()

    def action_toggle_log(self) -> None:
        self.loss.toggle_log()

    def action_cycle_smoothing(self) -> None:
        self.loss.cycle_smoothing()

    def action_cycle_view(self) -> None:
        self.loss.cycle_view()

    def action_toggle_metric(self) -> None:
        self.loss.toggle_metric()

    def action_gradients(self) -> None:
        self._bring("gradients")

    def action_parameters(self) -> None:
        self._bring("parameters")

    def action_metric(self) -> None:
        """Show the scores, then curve after curve; after the last one what was in that place before."""
        if not self.metric.is_large:
            self.metric.show_scores()
            self._bring("metric")
        elif not self.metric.go_on() and self._detail == "metric":
            self._bring("metric")
        self._watch()
        self._describe_field()

    def action_member(self) -> None:
        """Show the next network of the ensemble, and say how it stands beside the others."""
        members = self.session.snapshot.members
        if members.count == 1:
            self.say(_("a single network is trained; ensemble 8 trains eight whose answers are averaged"))
            return
        self._member = (self._member + 1) % members.count
        self._watch()
        self.say(*standing(members, self._member))

    def action_boundary(self) -> None:
        if not self._has_boundary:
            self.say(_("a boundary needs one or two number inputs; d chooses moons, for example"))
            return
        self._bring("boundary")

    def _bring(self, name: str) -> None:
        """Show a pane in the place that it has; the gradient's again where it is shown already."""
        self._detail = "" if name in {"gradients", self._detail} else name
        self.place_children(self.size)
