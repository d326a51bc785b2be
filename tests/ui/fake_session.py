"""A session that trains nothing: it notes the commands and answers them as the real one would."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np

from tests.plain import plain
from tuitrain.data.dataset import Part
from tuitrain.data.facts import DatasetFacts
from tuitrain.diagnosis.rules import findings
from tuitrain.errors import RunError, TuitrainError
from tuitrain.options.hyperparameters import FIELDS, Hyperparameters
from tuitrain.runs.finished import Edit, FinishedTraining
from tuitrain.runs.history import History, LayerProbe
from tuitrain.session.commands import (
    Command,
    JournalEntry,
    Pause,
    Reset,
    SaveModel,
    SetHyperparameter,
    SetPace,
    Start,
    Step,
    Stop,
)
from tuitrain.session.datasets import DATASETS
from tuitrain.session.judging import course_of
from tuitrain.session.snapshot import MetricView, Refused, Snapshot


def make_dataset(name: str = "iris", *, features: int = 4, classes: int = 3) -> Any:
    """Something with the attributes of a Dataset that facts are made of."""
    part = lambda rows: Part(np.zeros((rows, features), np.float32), np.zeros(rows, np.int64), np.arange(rows))  # noqa: E731
    return SimpleNamespace(
        name=name, source=name, task="classification", train=part(105), validation=part(22), test=part(23),
        feature_names=tuple(f"x{n}" for n in range(features)), encoded_names=tuple(f"x{n}" for n in range(features)),
        target_name="species", class_names=tuple(f"class {n}" for n in range(classes)), target_mean=0.0,
        target_scale=1.0, notices=(), fingerprint=name.rjust(64, "0"), options={},
        n_features=features, n_inputs=features, n_outputs=classes, n_classes=classes,
    )  # fmt: skip


VIEW = MetricView(
    "validation",
    {"accuracy": 0.955, "balanced_accuracy": 0.958, "f1": 0.956, "roc_auc": 0.991, "log_loss": 0.121, "brier": 0.066},
    np.array([[7, 0, 0], [0, 7, 1], [0, 0, 7]]),
    class_scores=np.array([[1, 1, 1], [1, 0.875, 0.933], [0.875, 1, 0.933]]),
    baselines={"accuracy": 0.318, "balanced_accuracy": 0.333, "f1": 0.161, "roc_auc": 0.5, "log_loss": 1.1,
               "brier": 0.667},
    usual=0,
)  # fmt: skip


class FakeSession:
    """A `Session` of a training; `sent` holds the commands, `train(epochs)` plays a training."""

    def __init__(self, dataset: Any = None, hyperparameters: Hyperparameters | None = None) -> None:
        self.dataset = dataset or make_dataset()
        self.sent: list[Any] = []
        self.journal: list[JournalEntry] = []
        self.watched: set[str] = set()
        self.member = 0
        self.closed = False
        self.holds = self.releases = 0
        self._changed = threading.Condition()
        self.finished: tuple[FinishedTraining, ...] = ()
        self.snapshot = self._fresh(hyperparameters or plain(), version=1)

    def _fresh(self, hyperparameters: Hyperparameters, version: int) -> Snapshot:
        sizes = [self.dataset.n_features, *hyperparameters.hidden_layers, self.dataset.n_outputs]
        snapshot = Snapshot(
            version=version, state="ready", dataset=DatasetFacts.of(self.dataset),
            hyperparameters=hyperparameters, pending={},
            history=History(len(sizes) - 1), epochs_recorded=0, steps_per_epoch=4, batch_memory=5280,
            learning_rate=hyperparameters.learning_rate,
        )  # fmt: skip
        return replace(snapshot, findings=tuple(findings(course_of(snapshot))))

    def become(self, **changes: Any) -> None:
        """Replace the snapshot."""
        with self._changed:
            now = replace(self.snapshot, version=self.snapshot.version + 1, **changes)
            self.snapshot = replace(now, findings=tuple(changes.get("findings", findings(course_of(now)))))
            self._changed.notify_all()

    def send(self, command: Command) -> int:
        self.sent.append(command)
        command = replace(command, number=len(self.sent))
        if self.closed:
            return command.number
        step, refused = self.snapshot.step, ""
        try:
            self._obey(command)
        except TuitrainError as error:
            refused = str(error)
            self.become(message=refused)
            if isinstance(command, SetHyperparameter) and command.name in FIELDS:
                asked = Refused(command.value, refused)
                self.become(refused={**self.snapshot.refused, command.name: asked})
        self.journal.append(JournalEntry(step, command, refused))
        self.become(answered=command.number)
        return command.number

    def _obey(self, command: Command) -> None:
        now = self.snapshot
        if isinstance(command, Start):
            self.become(state="running", message="")
        elif isinstance(command, Pause):
            self.become(state="paused")
        elif isinstance(command, Step):
            step = now.step + (command.batches or 0) + now.steps_per_epoch * (command.epochs or 0)
            epoch, within = divmod(step, now.steps_per_epoch)
            self.become(state="paused", step=step, epoch=epoch, step_in_epoch=within)
        elif isinstance(command, SetHyperparameter):
            self._set(command.name, command.value)
        elif isinstance(command, Reset):
            self.dataset = DATASETS.find(command.dataset) if command.dataset else self.dataset
            fresh = self._fresh(now.hyperparameters.replace(**dict(now.pending)), now.version)
            self.become(**{name: getattr(fresh, name) for name in fresh.__dataclass_fields__ if name != "version"})
        elif isinstance(command, SetPace):
            if command.epochs_per_second < 0:
                raise RunError(f"pace: {command.epochs_per_second} is not a number of epochs per second")
            self.become(pace=command.epochs_per_second)
        elif isinstance(command, SaveModel):
            self.become(message=f"saved {command.path}", saved_step=now.step)
        elif isinstance(command, Stop):
            with self._changed:
                self.closed = True
                self._changed.notify_all()
        else:
            raise RunError(f"a training does not know the command {command.kind}")

    def _set(self, name: str, value: Any) -> None:
        now = self.snapshot
        if name not in FIELDS:
            raise RunError(f"hyperparameter {name}")
        value = getattr(now.hyperparameters.replace(**{name: value}), name)  # raises what the real session refuses
        self.become(refused={other: refused for other, refused in now.refused.items() if other != name})
        if now.step == 0:
            self.become(hyperparameters=now.hyperparameters.replace(**{name: value}))
        elif FIELDS[name].live:
            where = now.epoch + now.step_in_epoch / now.steps_per_epoch
            edit = Edit(where, now.step, name, getattr(now.hyperparameters, name), value)
            self.become(hyperparameters=now.hyperparameters.replace(**{name: value}), edits=(*now.edits, edit))
        else:
            pending = {**now.pending, name: value}
            if value == getattr(now.hyperparameters, name):
                del pending[name]
            self.become(pending=pending)

    def train(self, epochs: int) -> None:
        """Play a training of so many epochs, in state running, whose best epoch is the third from the last."""
        history, h = self.snapshot.history, self.snapshot.hyperparameters
        sizes = [self.dataset.n_features, *h.hidden_layers, self.dataset.n_outputs]
        shares = np.full(len(sizes) - 1, 0.06)
        shares[-1] = np.nan  # the output layer's units cannot be idle
        steps = -(-len(self.dataset.train.y) // h.batch_size)
        best = max(1, epochs - 3)
        for epoch in range(1, epochs + 1):
            loss = 1.1 * np.exp(-epoch / 15) + 0.06
            validation = 1.1 * np.exp(-min(epoch, best) / 15) + 0.09 + epoch / 2000
            history.append(
                {
                    "epoch": epoch, "train_loss": loss, "validation_loss": validation,
                    "validation_metric": 0.98 - loss / 2, "learning_rate": h.learning_rate, "gradient_norm": loss / 10,
                    "seconds": 3 * epoch / epochs,
                },
                {"gradient_norm": np.full(len(shares), loss / 20),
                 "update_ratio": np.full(len(shares), 1e-3), "idle_share": shares},
            )  # fmt: skip
        layers = tuple(
            LayerProbe(a, b, loss / 20, 1e-3, None if np.isnan(share) else share, "" if np.isnan(share) else "dead", "")
            for (a, b), share in zip(pairwise(sizes), shares, strict=True)
        )
        self.become(
            state="running", epochs_recorded=epochs, epoch=epochs, step=steps * epochs, steps_per_epoch=steps,
            samples_per_second=52310.0, seconds=3.0, seconds_left=14.0, train_loss=loss, validation_loss=validation,
            best_epoch=best, best_loss=float(history.column("validation_loss")[best - 1]), gradient_norm=loss / 10,
            layers=layers, metric_view=replace(VIEW, epoch=epochs),
            n_parameters=sum(a * b + b for a, b in pairwise(sizes)),
            metrics={"validation": {"accuracy": 0.98 - loss / 2}},
        )  # fmt: skip

    def wait(self, version: int, timeout: float | None = None) -> Snapshot:
        with self._changed:
            self._changed.wait_for(lambda: self.closed or self.snapshot.version != version, timeout)
            return self.snapshot

    def wait_for_answer(self, number: int, timeout: float | None = None) -> Snapshot:
        return self.snapshot

    def watch(
        self,
        views: Collection[str],
        boundary_shape: tuple[int, int] | None = None,
        column: str | None = None,
        member: int | None = None,
    ) -> None:
        self.watched = set(views)
        self.member = self.member if member is None else member
        if "metric" in views and self.snapshot.epoch:
            self.become(metric_view=replace(VIEW, epoch=self.snapshot.epoch))

    def look_back(self, epoch, *, is_forward=False):
        self.looked_back = epoch, is_forward

    def ask(self, question):
        self.question = question

    def hold(self, seconds: float = 0.0) -> None:
        self.holds += 1

    def release(self) -> None:
        self.releases += 1

    def close(self) -> None:
        if not self.closed:
            self.send(Stop())
