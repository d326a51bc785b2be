"""A study in other tools' forms: rows of CSV, a study of Optuna's."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TextIO

from tuitrain._version import __version__
from tuitrain.errors import SearchError
from tuitrain.options.field import Field, Value
from tuitrain.options.hyperparameters import FIELDS
from tuitrain.search.space.columns import make_columns
from tuitrain.search.space.ranges import Choices, Domain, Range
from tuitrain.search.study.study import Study
from tuitrain.search.study.trial import Trial
from tuitrain.text import extra, quoted, visible
from tuitrain.translation import gettext as _

if TYPE_CHECKING:
    import optuna

BEFORE = ("number", "state", "by")
AFTER = ("score", "deviation", "loss", "epochs", "best_epoch", "seconds", "message")
ATTRIBUTES = ("by", "deviation", "loss", "epochs", "best_epoch", "seconds", "message")


def write_csv(study: Study, file: TextIO) -> None:
    """Write a line for each trial, in the order of their numbers; empty where there is no value, or it has no effect.

    Where the hyperparameter `epochs` is searched, the epochs that were trained are `trained_epochs`.
    """
    names = searched_names(study)
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*BEFORE, *names, *(f"trained_{name}" if name in names else name for name in AFTER)])
    for trial in study.trials:
        before, after = ([_cell(getattr(trial, name)) for name in part] for part in (BEFORE, AFTER))
        writer.writerow([*before, *(_setting_cell(trial, name) for name in names), *after])


def searched_names(study: Study) -> list[str]:
    """Return the hyperparameters that any trial sets, in the form's order."""
    used = {*study.space.names, *(name for trial in study.trials for name in trial.setting)}
    return [name for name in FIELDS if name in used]


def _cell(value: Any) -> Any:
    return "" if isinstance(value, float) and math.isnan(value) else value


def _setting_cell(trial: Trial, name: str) -> Any:
    return _shown(FIELDS[name], trial.setting[name]) if name in trial.setting else ""


def _shown(spec: Field, value: Value) -> Any:
    """Convert a value to what other tools know: a number, a truth value or a text."""
    return spec.format(value) if isinstance(value, tuple) else value


# Optuna


def write_optuna(study: Study, storage: str, name: str) -> int:
    """Write the study into an Optuna storage under a new name; return the number of its trials.

    `storage` is the URL of a database, such as ``sqlite:///file.db``, or the path of a journal file. Trials that are
    not over become waiting ones. A study that could not be written whole is taken out again.

    Raises
    ------
    SearchError
        if Optuna is not installed, the storage cannot be opened or written, or the name is taken.
    """
    try:
        import optuna  # noqa: PLC0415
    except ImportError:
        raise SearchError(_("export: Optuna is not installed; it is {extra}").format(extra=extra("optuna"))) from None
    from tuitrain.search.strategies.optuna_samplers import silence  # noqa: PLC0415

    distributions = {n: _distribution(study, n) for n in searched_names(study)}
    trials = [_optuna_trial(study, trial, distributions) for trial in study.trials]
    direction: Literal["minimize", "maximize"] = "maximize" if study.settings.sign < 0 else "minimize"
    with silence(), _opened(storage) as opened:
        try:
            made = optuna.create_study(storage=opened, study_name=name, direction=direction)
        except optuna.exceptions.DuplicatedStudyError:
            place = _without_password(storage)
            raise SearchError(
                _("{place}: already holds a study {name}; give another --name").format(place=place, name=quoted(name))
            ) from None
        except _storage_errors() as error:
            raise _cannot(_("{place}: cannot be written: {reason}"), storage, error) from None
        try:
            made.set_metric_names([study.settings.metric])
            for key, value in _study_attributes(study).items():
                made.set_user_attr(key, value)
            made.add_trials(trials)
        except BaseException as error:
            optuna.delete_study(study_name=name, storage=opened)
            if isinstance(error, _storage_errors()):
                raise _cannot(_("{place}: cannot be written: {reason}"), storage, error) from None
            raise
    return len(trials)


@contextmanager
def _opened(storage: str) -> Iterator[optuna.storages.BaseStorage]:
    """Open the storage for the block."""
    import optuna  # noqa: PLC0415

    opened = _open(storage)
    try:
        yield opened
    finally:
        if isinstance(opened, optuna.storages.RDBStorage):
            opened.remove_session()
            opened.engine.dispose()


def _open(storage: str) -> optuna.storages.BaseStorage:
    import optuna  # noqa: PLC0415

    try:
        if "://" in storage:
            return optuna.storages.RDBStorage(storage)
        from optuna.storages.journal import JournalFileBackend  # noqa: PLC0415

        _check_journal(Path(storage))
        return optuna.storages.JournalStorage(JournalFileBackend(storage))
    except _storage_errors() as error:
        raise _cannot(_("{place}: cannot be opened: {reason}"), storage, error) from None


def _check_journal(path: Path) -> None:
    """Refuse a file that is not a journal: Optuna takes a line that it cannot read for a truncated one, and appends."""
    if not path.exists():
        return
    with path.open("rb") as file:
        first = file.readline(1 << 20)
    if not first:
        return
    try:
        is_journal = "op_code" in json.loads(first)
    except (ValueError, TypeError):
        is_journal = False
    if not is_journal:
        hint = _("; a database is written sqlite:///file.db") if first.startswith(b"SQLite") else ""
        raise SearchError(_("{path}: is not an Optuna journal{hint}").format(path=visible(path), hint=hint))


def _storage_errors() -> tuple[type[Exception], ...]:
    """Return the errors of a storage that the user can do something about."""
    import optuna  # noqa: PLC0415
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    return (OSError, ValueError, ImportError, SQLAlchemyError, optuna.exceptions.OptunaError, RuntimeError)


def _cannot(text: str, storage: str, error: Exception) -> SearchError:
    cause = getattr(error, "orig", None) or getattr(error.__cause__, "orig", None) or error
    reason = getattr(error, "strerror", None) or (str(cause).strip() or type(cause).__name__).splitlines()[0]
    return SearchError(text.format(place=_without_password(storage), reason=visible(_hide(reason))))


def _without_password(storage: str) -> str:
    return visible(_hide(storage))


def _hide(text: str) -> str:
    return re.sub(r"(://[^/@:\s]*):[^/@\s]*@", r"\1:***@", text)


def _study_attributes(study: Study) -> dict[str, Any]:
    """Return what Optuna has no place for; it breaks ties by number, we by loss, hence `best_trial`."""
    return {
        "best_trial": study.best.number if study.best is not None else None,
        "tuitrain": __version__, "dataset": study.source.source, "metric": study.settings.metric,
        "strategy": study.settings.strategy, "folds": study.settings.folds, "seeds": study.settings.seeds,
        "space": study.space.to_texts(),
    }  # fmt: skip


def _optuna_trial(
    study: Study, trial: Trial, distributions: Mapping[str, optuna.distributions.BaseDistribution]
) -> optuna.trial.FrozenTrial:
    from optuna.trial import TrialState, create_trial  # noqa: PLC0415

    params = {name: _shown(FIELDS[name], value) for name, value in trial.setting.items()}
    attributes = {name: _cell(getattr(trial, name)) for name in ATTRIBUTES}
    attributes = {name: value for name, value in attributes.items() if value != ""}
    if not trial.is_done:
        return create_trial(
            state=TrialState.WAITING, system_attrs={"fixed_params": params}, user_attrs={"by": trial.by}
        )
    has_score = math.isfinite(trial.score)
    states = {"finished": TrialState.COMPLETE if has_score else TrialState.FAIL, "pruned": TrialState.PRUNED}
    state = states.get(trial.state, TrialState.FAIL)
    written = create_trial(
        state=state, value=trial.score if has_score and state != TrialState.FAIL else None, params=params,
        distributions={name: distributions[name] for name in params}, user_attrs=attributes,
        intermediate_values={epoch: value for epoch, value in enumerate(trial.curve, 1) if math.isfinite(value)},
    )  # fmt: skip
    if written.datetime_complete is not None:  # the study does not know when it was, but how long it took
        written.datetime_start = written.datetime_complete - timedelta(seconds=trial.seconds)
    return written


def _distribution(study: Study, name: str) -> optuna.distributions.BaseDistribution:
    """Return a hyperparameter's distribution, wide enough for the user's trials, which may lie outside the space.

    Optuna's ranges hold numbers alone: where a trial has a word (``auto``, ``full``) beside a range, all that was tried
    is listed.
    """
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution  # noqa: PLC0415

    spec, domain = FIELDS[name], study.space.domains.get(name)
    seen = [trial.setting[name] for trial in study.trials if name in trial.setting]
    if not isinstance(domain, Range) or any(isinstance(value, str) for value in seen):
        values = dict.fromkeys(_shown(spec, value) for value in [*_listed(spec, domain), *seen])
        return CategoricalDistribution(tuple(values))
    low, high = (end([domain.low if end is min else domain.high, *seen]) for end in (min, max))
    is_log = domain.scale == "log" and low > 0
    if spec.kind == "whole":
        return IntDistribution(int(low), int(high), log=is_log)
    return FloatDistribution(float(low), float(high), log=is_log)


def _listed(spec: Field, domain: Domain | None) -> Iterable[Value]:
    """Return the values of a list, or of shapes."""
    if domain is None or isinstance(domain, Range):
        return ()
    if isinstance(domain, Choices):
        return domain.values
    columns = {column.name.rpartition(".")[2]: column.values for column in make_columns(spec, domain)}
    depths = columns.get("depth", (domain.depth[0],))
    widths = columns.get("width", (domain.width[0],))
    return dict.fromkeys((int(width),) * int(depth) for depth in depths for width in widths)
