"""``study.toml``: what a study searches, and how; written once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuitrain._version import __version__
from tuitrain.errors import FileError, SearchError, TuitrainError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.search_settings import METRICS, Settings
from tuitrain.runs.disk import DISK, Disk
from tuitrain.runs.file_checks import DATA_OPTIONS, anything, listed, mapping, one_of, table, text, whole
from tuitrain.runs.files import open_regular, reason, refuse_link
from tuitrain.search.space.space import Space
from tuitrain.text import quoted, shown, visible
from tuitrain.translation import gettext as _

FORMAT = 1
NAME = "study.toml"
_COMMENT = "# A tuitrain study: what is searched and how. What happened is in journal.jsonl.\n"
_SOURCE = table(
    {
        "source": text, "options": table({}, DATA_OPTIONS), "fingerprint": text, "task": one_of(METRICS),
        "n_features": whole(), "n_outputs": whole(1),
    },
    {"directory": text},
)  # fmt: skip
_VALUES = mapping(text, anything)  # checked by what reads them, each with its own messages
_CONTENT = table(
    {"format": whole(FORMAT, FORMAT), "dataset": _SOURCE, "search": _VALUES, "space": _VALUES,
     "hyperparameters": _VALUES},
    {"notices": listed(text), "tuitrain": text, "numpy": text}, is_open=True,
)  # fmt: skip


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


@dataclass(frozen=True)
class StudyFile:
    """The content of the file. `notices` name what was requested and is not searched."""

    space: Space
    settings: Settings
    source: Source
    notices: tuple[str, ...] = ()

    def write(self, folder: Path, disk: Disk = DISK) -> None:
        """Write it into the study's directory.

        Raises
        ------
        TuitrainError
            if it cannot be written, or a path is no text.
        """
        refuse_link(folder / NAME)
        try:
            disk.replace(folder / NAME, self._to_toml().encode())
        except OSError as error:
            raise FileError(
                _("{path}: cannot be written: {error}").format(path=visible(folder / NAME), error=reason(error))
            ) from error
        except UnicodeEncodeError:
            raise SearchError(
                _("{source}: a study keeps the path of its data, and this one is not UTF-8; rename the file").format(
                    source=visible(self.source.source)
                )
            ) from None

    def _to_toml(self) -> str:
        import numpy as np  # noqa: PLC0415
        import tomli_w  # noqa: PLC0415

        return _COMMENT + tomli_w.dumps({
            "format": FORMAT, "tuitrain": __version__, "numpy": np.__version__, "notices": list(self.notices),
            "dataset": {**vars(self.source), "options": dict(self.source.options)},
            "search": self.settings.to_mapping(), "space": self.space.to_texts(),
            "hyperparameters": self.space.base.to_mapping(),
        })  # fmt: skip


def read_study_file(folder: Path) -> StudyFile:
    """Read the file in a study's directory.

    Raises
    ------
    SearchError
        if there is none, or it is damaged.
    """
    file = folder / NAME
    try:
        with open_regular(file) as opened:
            content = tomllib.load(opened)
    except FileNotFoundError:
        raise SearchError(
            _("{folder}: is not a study; it holds no {name}").format(folder=visible(folder), name=NAME)
        ) from None
    except OSError as error:
        raise SearchError(
            _("{file}: cannot be read: {error}").format(file=visible(file), error=reason(error))
        ) from error
    except (ValueError, RecursionError) as error:
        raise SearchError(
            _("{file}: cannot be read: {error}").format(file=visible(file), error=visible(error))
        ) from error
    if "format" in content and content["format"] != FORMAT:
        raise SearchError(
            _("{file}: format {format}; this version reads {readable}").format(
                file=visible(file), format=shown(content["format"]), readable=FORMAT
            )
        )
    try:
        return _read(content)
    except (ValueError, TuitrainError) as error:
        raise SearchError(f"{visible(file)}: {visible(str(error).replace(chr(10), '; '))}") from error


def _read(content: Mapping[str, Any]) -> StudyFile:
    content = _CONTENT(content)
    told = content["dataset"]
    if told["options"]:  # numbers were not encoded in any other way when studies did not say how
        told = {**told, "options": {"encode_numbers": "standard", **told["options"]}}
    source = Source(**told)
    settings = check_settings(Settings.from_mapping(content["search"]), source.task)
    if not content["space"]:
        raise ValueError(_("space: nothing is searched"))
    space = Space(content["space"], Hyperparameters.from_record(content["hyperparameters"]))
    return StudyFile(space, settings, source, tuple(visible(notice) for notice in content.get("notices", ())))


def check_settings(settings: Settings, task: str) -> Settings:
    """Return the settings, if a study of such a task can have them.

    Raises
    ------
    ValueError
        if the metric is another task's, or the number of folds is missing.
    """
    if settings.metric not in METRICS[task]:
        raise ValueError(
            _("search: metric {metric}; for {task} there are {names}").format(
                metric=quoted(settings.metric), task=task, names=", ".join(METRICS[task])
            )
        )
    if not settings.folds:
        raise ValueError(_("search: folds: 0; a study has at least 1"))
    return settings
