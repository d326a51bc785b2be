"""A study: a directory with all that is known of a search.

``study.toml`` says what is searched and how, ``journal.jsonl`` what happened, line by line, and is the only truth;
``best.safetensors`` is the best trial's model. Opening a study reads the journal; trials that were running when their
process was killed are queued again, in the same stacks.
"""

from __future__ import annotations

import dataclasses
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tuitrain import __version__
from tuitrain.errors import SearchError, TuitrainError
from tuitrain.hyperparameters import FIELDS, Hyperparameters
from tuitrain.runs.model import write_whole
from tuitrain.search.journal import Journal, Lock
from tuitrain.search.settings import Settings
from tuitrain.search.space import Setting, Space
from tuitrain.search.stack import StackResult
from tuitrain.search.trial import Trial, rank_of
from tuitrain.text import quoted, visible

FORMAT = 1


@dataclass(frozen=True)
class Source:
    """Where a study's dataset comes from: what `load_dataset` takes, and the fingerprint that it must have again.

    A relative path begins in `directory`, where the study was begun.
    """

    source: str
    options: Mapping[str, Any]
    fingerprint: str
    task: str
    n_features: int
    n_outputs: int
    directory: str = ""


class Study:
    """The study in a directory, opened for reading; `begin_writing` before anything is added.

    `trials` are in the order of their numbers; `chunks` (stacks) hold numbers of trials.

    Raises
    ------
    SearchError
        if the directory holds no study, or a damaged one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: Lock | None = None
        self._read_toml()
        self._reset()
        self._journal = Journal(path / "journal.jsonl")
        for event in self._journal.events:
            try:
                self._apply(event)
            except (KeyError, TypeError, ValueError, IndexError, AttributeError, TuitrainError) as error:
                raise SearchError(f"{visible(path)}: the journal does not fit the study: {visible(error)}") from error

    @classmethod
    def create(
        cls, path: Path, space: Space, settings: Settings, source: Source, *, tried: Sequence[Setting] = ()
    ) -> Study:
        """Make a directory for a new study; `tried` are settings of the user's own that go first.

        Raises
        ------
        SearchError
            if there is something at `path`, or it cannot be written.
        """
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            hint = "use --resume to go on with it" if (path / "study.toml").exists() else "choose another directory"
            raise SearchError(f"{visible(path)}: is there already; {hint}") from None
        except OSError as error:
            raise SearchError(f"{visible(path)}: cannot be made: {error.strerror}") from error
        write_whole(path / "study.toml", _to_toml(space, settings, source).encode())
        study = cls(path)
        if tried:
            study.begin_writing()
            study.queue(tried, by="user", stacks=None)
            study.close()
        return study

    def _read_toml(self) -> None:
        file = self.path / "study.toml"
        try:
            content = tomllib.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise SearchError(f"{visible(self.path)}: is no study; it holds no study.toml") from None
        except (OSError, ValueError) as error:
            raise SearchError(f"{visible(file)}: cannot be read: {visible(error)}") from error
        try:
            if content["format"] != FORMAT:
                raise SearchError(f"{visible(file)}: format {content['format']}; this version reads {FORMAT}")
            self.space = Space(content["space"], Hyperparameters.from_mapping(content["hyperparameters"]))
            self.settings = Settings.from_mapping(content["search"])
            self.source = Source(**content["dataset"])
        except (KeyError, TypeError) as error:
            raise SearchError(f"{visible(file)}: {visible(error)} is missing or not known") from error

    def _reset(self) -> None:
        self.trials: list[Trial] = []
        self.chunks: list[tuple[int, ...]] = []
        self.chunk_batches: list[int] = []
        self.rungs: dict[int, Mapping[int, Sequence[tuple[float, float]]]] = {}
        self.done_chunks: set[int] = set()
        self.batches = 0
        self.seconds = 0.0
        self.propose_seconds = 0.0
        self.member_epochs = 0
        self.is_exhausted = False
        self.unstacked: list[int] = []
        self.skipped: list[dict[str, Any]] = []
        self.chosen: dict[str, Any] | None = None
        self._changes = 0
        self._best: Trial | None = None
        self._best_of = -1  # the number of changes after which it was the best

    # What is known

    @property
    def finished(self) -> list[Trial]:
        """The trials that were trained to their end, best first."""
        return sorted((trial for trial in self.trials if trial.state == "finished"), key=self.rank)

    @property
    def best(self) -> Trial | None:
        """The best finished trial."""
        if self._best_of != self._changes:  # asked for many times between two changes
            finished = (trial for trial in self.trials if trial.state == "finished")
            self._best_of, self._best = self._changes, min(finished, key=self.rank, default=None)
        return self._best

    def rank(self, trial: Trial) -> tuple[float, float, int]:
        """What sorts trials by score, the best first; equal ones by loss, then by number."""
        return rank_of(trial, self.settings.sign)

    @property
    def ties(self) -> list[Trial]:
        """The finished trials that the best one does not clearly beat: within its deviation, or equal."""
        best = self.best
        if best is None:
            return []
        return [trial for trial in self.finished if trial is not best and is_tie(best, trial)]

    def hyperparameters(self, trial: Trial) -> Hyperparameters:
        """All hyperparameters of a trial."""
        return self.space.hyperparameters(trial.setting)

    # What happens

    def begin_writing(self) -> None:
        """Take the lock, so that no other process writes."""
        if self._lock is None:
            self._lock = Lock(self.path / "lock")

    def close(self) -> None:
        """Let the journal and the lock go."""
        self._journal.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def beat(self) -> None:
        """Show that the study is being searched."""
        if self._lock is not None:
            self._lock.beat()

    def queue(
        self, settings: Sequence[Setting], *, by: str, stacks: Sequence[Sequence[int]] | None, seconds: float = 0.0
    ) -> list[Trial]:
        """Add trials, and the stacks of them; `stacks` hold numbers of trials, None where that is not known yet."""
        first = len(self.trials)
        trials = [{"number": first + i, "setting": plain(s)} for i, s in enumerate(settings)]
        event: dict[str, Any] = {"event": "queued", "by": by, "trials": trials, "seconds": round(seconds, 6)}
        if stacks is not None:
            event["stacks"] = [list(stack) for stack in stacks]
        self._write(event)
        return self.trials[first:]

    def start(self, chunk: int) -> None:
        """Note that a stack is about to be trained."""
        self._write({"event": "started", "stack": chunk})

    def finish(self, chunk: int, result: StackResult, *, seconds: float) -> None:
        """Note what a stack came to; `seconds` is how long the search has gone on since the last note."""
        outcomes = [
            {name: _finite(value) for name, value in dataclasses.asdict(outcome).items()} for outcome in result.outcomes
        ]
        known = {trial.number for trial in self.trials if trial.is_done}
        self._write({
            "event": "finished", "stack": chunk, "outcomes": [o for o in outcomes if o["number"] not in known],
            "rungs": {str(epoch): [[_finite(part) for part in value] for value in values]
                      for epoch, values in result.rungs.items()},
            "member_epochs": result.member_epochs, "seconds": round(seconds, 6),
        })  # fmt: skip

    def fail(self, chunk: int, message: str, *, seconds: float = 0.0) -> None:
        """Note that a stack could not be trained."""
        numbers = [number for number in self.chunks[chunk] if not self.trials[number].is_done]
        outcomes = [{"number": number, "state": "failed", "message": message} for number in numbers]
        self._write({"event": "finished", "stack": chunk, "outcomes": outcomes, "seconds": round(seconds, 6)})

    def skip(self, settings: Sequence[Setting]) -> None:
        """Note proposals that the user did not want; they are not proposed again."""
        self._write({"event": "skipped", "settings": [plain(setting) for setting in settings]})

    def exhaust(self) -> None:
        """Note that the space has nothing more to propose."""
        self._write({"event": "exhausted"})

    def change(self, settings: Settings) -> None:
        """Go on with another strategy or budget."""
        changed = {k: v for k, v in settings.to_mapping().items() if v != self.settings.to_mapping().get(k)}
        removed = [k for k in self.settings.to_mapping() if k not in settings.to_mapping()]
        if changed or removed:
            self._write({"event": "settings", **changed, "removed": removed})

    def replace_space(self, space: Space) -> None:
        """Search another space, from the study's next opening on; ``study.toml`` is replaced whole."""
        if self._lock is None:
            raise SearchError(f"{visible(self.path)}: is open for reading only")
        write_whole(self.path / "study.toml", _to_toml(space, self.settings, self.source).encode())

    def choose(self, trial: Trial, test: Mapping[str, float]) -> None:
        """Note which trial was chosen, and what it reached on the test part."""
        self._write({"event": "chosen", "trial": trial.number, "test": {k: _finite(v) for k, v in test.items()}})

    def _write(self, event: dict[str, Any]) -> None:
        if self._lock is None:
            raise SearchError(f"{visible(self.path)}: is open for reading only")
        self._journal.append([event])
        self._apply(event)

    def _apply(self, event: Mapping[str, Any]) -> None:
        """Make the event part of what is known; reading the journal and writing it come here alike."""
        getattr(self, f"_on_{event['event']}")(event)
        self.seconds += event.get("seconds", 0.0) if event["event"] == "finished" else 0.0
        self._changes += 1

    def _on_queued(self, event: Mapping[str, Any]) -> None:
        for item in event["trials"]:
            if item["number"] != len(self.trials):
                raise ValueError(f"trial {item['number']} comes after {len(self.trials) - 1} trials")
            self.trials.append(Trial(item["number"], self._own(read_setting(item["setting"])), event["by"]))
            self.unstacked.append(item["number"])
        self.propose_seconds += event.get("seconds", 0.0)
        self.is_exhausted = False
        if "stacks" in event:
            self.chunks += [tuple(stack) for stack in event["stacks"]]
            self.chunk_batches += [self.batches] * len(event["stacks"])
            stacked = {number for stack in event["stacks"] for number in stack}
            self.unstacked = [number for number in self.unstacked if number not in stacked]
            self.batches += 1

    def _own(self, setting: dict[str, Any]) -> dict[str, Any]:
        """What of a setting is searched, or differs from the base: trainings by hand are written down whole."""
        space = self.space
        if setting.keys() <= space.domains.keys():
            return setting
        return space.active({n: v for n, v in setting.items() if n in space.domains or v != getattr(space.base, n)})

    def _on_started(self, event: Mapping[str, Any]) -> None:
        for number in self.chunks[event["stack"]]:
            if not self.trials[number].is_done:
                self.trials[number] = replace(self.trials[number], state="running")

    def _on_finished(self, event: Mapping[str, Any]) -> None:
        chunk = event["stack"]
        for outcome in event["outcomes"]:
            values: dict[str, Any] = dict(outcome)
            values |= {name: _number(values[name]) for name in ("score", "deviation", "loss") if name in values}
            values["curve"] = tuple(map(_number, outcome.get("curve") or ()))
            if not self.trials[values["number"]].is_done:
                self.trials[values["number"]] = replace(self.trials[values["number"]], **values)
        self.member_epochs += event.get("member_epochs", 0)
        numbers = self.chunks[chunk]
        if all(self.trials[number].is_done for number in numbers):
            self.done_chunks.add(chunk)
            self.rungs[chunk] = {
                int(epoch): [(_number(value), _number(loss)) for value, loss in values]
                for epoch, values in event.get("rungs", {}).items()
            }
        else:
            self._requeue(numbers)

    def _requeue(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            if self.trials[number].state == "running":
                self.trials[number] = replace(self.trials[number], state="queued")

    def requeue(self, chunk: int) -> None:
        """Take a stack that was stopped back into the queue."""
        self._requeue(self.chunks[chunk])

    def requeue_running(self) -> None:
        """Take trials that nobody trains any more back into the queue."""
        self._requeue([trial.number for trial in self.trials])

    def _on_skipped(self, event: Mapping[str, Any]) -> None:
        self.skipped += [read_setting(setting) for setting in event["settings"]]

    def _on_exhausted(self, event: Mapping[str, Any]) -> None:
        self.is_exhausted = True

    def _on_settings(self, event: Mapping[str, Any]) -> None:
        kept = {k: v for k, v in self.settings.to_mapping().items() if k not in event.get("removed", [])}
        changed = {k: v for k, v in event.items() if k not in {"event", "removed"}}
        self.settings = Settings.from_mapping({**kept, **changed})
        self.is_exhausted = False

    def _on_chosen(self, event: Mapping[str, Any]) -> None:
        self.chosen = {"trial": event["trial"], "test": event["test"]}


def is_tie(best: Trial, other: Trial) -> bool:
    """Whether two scores are equal, or differ by no more than the best one's deviation."""
    if other.score == best.score:
        return True
    return abs(best.score - other.score) <= best.deviation  # false where it is NaN


def plain(setting: Setting) -> dict[str, Any]:
    """A setting as JSON values."""
    return {name: FIELDS[name].format(value) if isinstance(value, tuple) else value for name, value in setting.items()}


def read_setting(values: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse of `plain`."""
    return {n: FIELDS[n].parse(v) if isinstance(v, str) else FIELDS[n].check(v) for n, v in values.items()}


def _to_toml(space: Space, settings: Settings, source: Source) -> str:
    import numpy as np  # noqa: PLC0415
    import tomli_w  # noqa: PLC0415

    content = {
        "format": FORMAT, "tuitrain": __version__, "numpy": np.__version__,
        "dataset": {**vars(source), "options": dict(source.options)}, "search": settings.to_mapping(),
        "space": space.to_texts(), "hyperparameters": space.base.to_mapping(),
    }  # fmt: skip
    return "# A tuitrain study: what is searched and how. What happened is in journal.jsonl.\n" + tomli_w.dumps(content)


def _finite(value: Any) -> Any:
    """JSON knows no NaN: null stands for it; infinities are kept as texts."""
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return [_finite(part) for part in value] if isinstance(value, tuple | list) else value


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def study_name(text: str) -> str:
    """`text` as the name of a directory.

    Raises
    ------
    SearchError
        if nothing is left of it.
    """
    name = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in text).strip("-")[:60]
    if not name:
        raise SearchError(f"{quoted(text)} makes no name of a study")
    return name
