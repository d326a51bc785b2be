"""``study.toml``: what a study searches, and how; written once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuitrain._version import __version__
from tuitrain.errors import SearchError, TuitrainError
from tuitrain.options.hyperparameters import Hyperparameters
from tuitrain.options.search_settings import METRICS, Settings
from tuitrain.runs.model import write_whole
from tuitrain.search.space.space import Space
from tuitrain.text import quoted, visible

FORMAT = 1
NAME = "study.toml"
_COMMENT = "# A tuitrain study: what is searched and how. What happened is in journal.jsonl.\n"
_SOURCE_TYPES = {
    "source": str, "options": dict, "fingerprint": str, "task": str, "n_features": int, "n_outputs": int,
    "directory": str,
}  # fmt: skip


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
    """The content of the file. `notices` tell what was asked for and is not searched."""

    space: Space
    settings: Settings
    source: Source
    notices: tuple[str, ...] = ()

    def write(self, folder: Path) -> None:
        """Write it into the study's directory.

        Raises
        ------
        TuitrainError
            if it cannot be written, or a path is no text.
        """
        try:
            write_whole(folder / NAME, self._to_toml().encode())
        except UnicodeEncodeError:
            raise SearchError(
                f"{visible(self.source.source)}: a study keeps the path of its data, and this one is not UTF-8; "
                "rename the file"
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
    """The file in a study's directory.

    Raises
    ------
    SearchError
        if there is none, or it is damaged.
    """
    file = folder / NAME
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SearchError(f"{visible(folder)}: is no study; it holds no {NAME}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise SearchError(f"{visible(file)}: cannot be read: {visible(error)}") from error
    if content.get("format") != FORMAT:
        raise SearchError(f"{visible(file)}: format {visible(content.get('format'))}; this version reads {FORMAT}")
    try:
        return _read(content)
    except KeyError as error:
        raise SearchError(f"{visible(file)}: {visible(error)} is missing") from error
    except (TypeError, ValueError, AttributeError, TuitrainError) as error:
        raise SearchError(f"{visible(file)}: {visible(error)}") from error


def _read(content: Mapping[str, Any]) -> StudyFile:
    for name in ("dataset", "search", "space", "hyperparameters"):
        if not isinstance(content[name], dict):
            raise TypeError(f"{name} is no table")
    source = Source(**content["dataset"])
    for name, kind in _SOURCE_TYPES.items():
        if not isinstance(getattr(source, name), kind):
            raise TypeError(f"dataset.{name}: {getattr(source, name)!r} is not allowed")
    settings = Settings.from_mapping(content["search"])
    if settings.metric not in METRICS.get(source.task, ()) or not settings.folds:
        raise ValueError(f"search: metric {settings.metric!r} with {settings.folds} folds fits no {source.task}")
    if not content["space"]:
        raise ValueError("nothing is searched")
    space = Space(content["space"], Hyperparameters.from_record(content["hyperparameters"]))
    return StudyFile(space, settings, source, tuple(map(str, content.get("notices", ()))))


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
