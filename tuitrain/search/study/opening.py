"""Create, change and reopen studies, and find their data again."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

from tuitrain.data.dataset import Dataset
from tuitrain.data.facts import DatasetFacts
from tuitrain.data.loading import STANDARD_INPUT, load_dataset
from tuitrain.engine.build import choose_loss, n_outputs
from tuitrain.errors import FileError, SearchError, SettingsError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.search_settings import COMPARED, SETTINGS, Settings
from tuitrain.runs.data_file import can_be_read_again, read_dataset, to_bytes
from tuitrain.runs.disk import DISK, Disk
from tuitrain.runs.members import check_threshold
from tuitrain.runs.names import default_names
from tuitrain.runs.run import DATA
from tuitrain.search.folds import check_scored, make_folds
from tuitrain.search.space.ranges import Choices, Range
from tuitrain.search.space.setting import own_setting
from tuitrain.search.space.space import Setting, Space
from tuitrain.search.strategies import check_strategy
from tuitrain.search.study.study import Study
from tuitrain.search.study.study_file import Source
from tuitrain.search.study.study_run import about_search
from tuitrain.search.study.trial import USER, Trial
from tuitrain.text import visible
from tuitrain.translation import gettext as _


def create_study(
    path: Path, space: Space, settings: Settings, dataset: Dataset | DatasetFacts, *, tried: Sequence[Setting] = (),
    told: Sequence[Trial] = (), is_folder: bool = False, disk: Disk = DISK,
) -> Study:  # fmt: skip
    """Make a study of a dataset, which `study_dataset` finds again; of trainings by hand its facts are enough.

    With `is_folder`, `path` is a directory of runs, and the study gets a name of the dataset and the time. `told` are
    trials that are over already: see `Study.tell`.

    Raises
    ------
    SearchError
        if the settings do not fit the task, or the directory cannot be made.
    HyperparameterError
        if a trial's model could not answer by its threshold.
    """
    check_strategy(settings.strategy)
    facts = dataset if isinstance(dataset, DatasetFacts) else DatasetFacts.of(dataset)
    settings = settings.for_data(facts.task, facts.train + facts.validation)
    if "ensemble" in space.domains and settings.strategy != "manual":
        raise SearchError(_("ensemble: is not searched: more networks are not worse on average; give a single number"))
    space = space.settled(facts.train, has_bins=facts.has_bins)
    if isinstance(dataset, Dataset):
        check_scored(make_folds(dataset, settings.folds), settings.metric)
        _check_thresholds(space, dataset)
    outputs = n_outputs(choose_loss(space.base.loss, facts.task), facts.n_classes)
    source = Source(
        facts.source.source, facts.source.options, facts.fingerprint, facts.task, facts.n_inputs or facts.n_features,
        outputs, str(Path.cwd()),
    )  # fmt: skip
    data = to_bytes(dataset) if isinstance(dataset, Dataset) and not can_be_read_again(dataset) else None
    now = datetime.now().astimezone()
    about = about_search(facts, space, settings, now)
    stamp = now.strftime("%Y%m%d-%H%M%S")
    folder, names = (path, default_names(facts.source.source or facts.name, stamp)) if is_folder else (
        path.parent, iter([path.name])
    )  # fmt: skip
    return Study.create(
        folder, names, space, settings, source, about=about, data=data, tried=tried, told=told, disk=disk
    )  # fmt: skip


def create_study_or_elsewhere(path: Path, *given: Any, is_folder: bool = False, **named: Any) -> Study:
    """Make a study as `create_study` does; where the directory cannot be written, in a temporary one, with a notice.

    Raises
    ------
    TuitrainError
        if there is no directory that can be written, or the settings do not fit.
    """
    try:
        return create_study(path, *given, is_folder=is_folder, **named)
    except FileError as error:
        why = str(error)
    try:
        made = Path(tempfile.mkdtemp(prefix="tuitrain-study-"))
        study = create_study(made if is_folder else made / path.name, *given, is_folder=is_folder, **named)
    except (OSError, FileError):
        raise FileError(why) from None
    kept = _("{why}; the search is kept in {path}, a temporary directory").format(
        why=why, path=visible(study.path, 1000)
    )
    study.notices = (*study.notices, kept)
    return study


def _check_thresholds(space: Space, dataset: Dataset) -> None:
    """Refuse a search in which a threshold could not be that of the best trial's model; see `check_threshold`."""
    losses, thresholds = (_possible(space, name) for name in ("loss", "threshold"))
    for loss, threshold in product(losses, thresholds):
        check_threshold(dataset, space.base.replace(loss=loss, threshold=threshold))


def _possible(space: Space, name: str) -> tuple[Any, ...]:
    """The values that a hyperparameter may have, of a range its lower end."""
    domain = space.domains.get(name)
    if domain is None:
        return (getattr(space.base, name),)
    return domain.values if isinstance(domain, Choices) else (domain.low,) if isinstance(domain, Range) else ()


def check_ends(settings: Settings, space: Space) -> None:
    """Refuse a search that nobody watches and nothing ends.

    Raises
    ------
    SettingsError
        if it has no budget, and its strategy would go on proposing for ever.
    """
    is_bounded = settings.trials or settings.seconds or settings.goal is not None
    is_large = space.size is None or space.size > SETTINGS["trials"].maximum
    if not is_bounded and is_large and settings.strategy not in {"grid", "manual"}:
        raise SettingsError(_("nothing ends this search: give trials, time or a goal"))


def change_study(
    study: Study, told: Mapping[str, Any], *, tried: Sequence[Setting] = (), must_end: bool = False
) -> None:  # fmt: skip
    """Change a study's settings to those in `told`, and queue `tried`, more settings entered by the user.

    With `must_end`, a search that nothing would end is refused: see `check_ends`.

    Raises
    ------
    TuitrainError
        if one of them is not allowed, or would make scores that cannot be compared with those there are.
    """
    for name in COMPARED:
        fixed = getattr(study.settings, name)
        if told.get(name) and told[name] != fixed:
            raise SettingsError(
                _("{name} is {fixed} in the study {path} and cannot change; start a new study").format(
                    name=name, fixed=fixed, path=visible(study.path)
                )
            )
    own = [own_setting(study.space, setting) for setting in tried]
    with study.writing():
        changed = dataclasses.replace(study.settings, **{n: v for n, v in told.items() if n not in COMPARED})
        check_strategy(changed.strategy)
        if must_end:
            check_ends(changed, study.space)
        study.change(changed)
        known = [trial.setting for trial in study.trials]
        if new := [setting for setting in own if setting not in known]:
            study.queue(new, by=USER, stacks=None)


def check_space(
    study: Study, space: Space | Mapping[str, Any] | None, base: Hyperparameters | None, dataset: Dataset
) -> None:  # fmt: skip
    """Refuse a space other than the study's, which is for this dataset."""
    told = space if isinstance(space, Space) else Space(space, base)
    told = told.settled(len(dataset.train), has_bins=dataset.has_bins)
    if told.to_texts() != study.space.to_texts() or told.base.resolved() != study.space.base.resolved():
        raise SearchError(_("{path}: searches another space; start a new study").format(path=visible(study.path)))


def check_fingerprint(study: Study, dataset: Dataset) -> None:
    """Refuse a dataset other than the one that the study was started on.

    Raises
    ------
    SearchError
        if it differs.
    """
    if dataset.fingerprint != study.source.fingerprint:
        raise SearchError(
            _(
                "{path}: was started with other data than {name} holds now, so its scores could "
                "not be compared; start a new study"
            ).format(path=visible(study.path), name=visible(dataset.name))
        )


def study_dataset(study: Study) -> Dataset:
    """Read a study's dataset again.

    Raises
    ------
    TuitrainError
        if it cannot be read, or has changed.
    """
    if (study.path / DATA).exists():
        dataset = read_dataset(study.path / DATA)
        check_fingerprint(study, dataset)
        return dataset
    if study.source.source == "-" or not study.source.options:
        raise SearchError(
            _("{path}: its data came from standard input or from Python and is not kept").format(
                path=visible(study.path)
            )
        )
    options: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in study.source.options.items()
    }
    if options.get("test_file"):
        options["test_file"] = _read_again(study, options["test_file"])
    dataset = load_dataset(_read_again(study, study.source.source), **options)
    check_fingerprint(study, dataset)
    return dataset


def _read_again(study: Study, source: str) -> str:
    """Find a file again, and refuse a pipe: what was in it is gone, and nobody need write to it now."""
    found = find_source(study, source)
    if found not in STANDARD_INPUT and Path(found).is_fifo():
        raise SearchError(_("{found}: is not a regular file, and cannot be read again").format(found=visible(found)))
    return found


def find_source(study: Study, source: str) -> str:
    """Return a file's path as given, or relative to where the study was started; a dataset's name as it is."""
    there = Path(study.source.directory, source)
    try:
        return source if Path(source).exists() or not there.is_file() else str(there)
    except OSError:  # a name that no file can have; what reads it says so
        return source
